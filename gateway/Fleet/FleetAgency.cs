namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Whom units belong to.</summary>
/// <param name="Name">A level of its units' topics.</param>
/// <param name="Label">For people.</param>
public sealed record FleetAgency(string Name, string Label);
