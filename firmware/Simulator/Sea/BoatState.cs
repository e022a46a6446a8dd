namespace BoatTelemetry.Simulator.Sea;

/// <summary>The truth about a boat at one instant: what no receiver knows exactly.</summary>
/// <param name="Position">Where the antenna is.</param>
/// <param name="SpeedKn">Speed over ground, knots.</param>
/// <param name="CourseDeg">Course over ground, degrees from true north, 0 to 360.</param>
public readonly record struct BoatState(GeoPoint Position, double SpeedKn, double CourseDeg);
