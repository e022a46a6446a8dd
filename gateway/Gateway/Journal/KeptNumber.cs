namespace BoatTelemetry.Gateway.Journal;

/// <summary>A cursor or a note on its way into a journal.</summary>
/// <param name="Number">The number.</param>
/// <param name="Holds">Whether it is a cursor, and so holds what is not behind it back from being deleted.</param>
internal readonly record struct KeptNumber(long Number, bool Holds);
