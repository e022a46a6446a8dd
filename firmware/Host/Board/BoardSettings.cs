using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Host.Board;

/// <summary>What is simulated around a unit.</summary>
public sealed record BoardSettings
{
    /// <summary>Which board; its pins and chips are connected.</summary>
    public BoardDescription Board { get; init; } = new CarrierS3Board();

    /// <summary>The receiver and how it came from its factory.</summary>
    public SimulatedGnssOptions Receiver { get; init; } = new();

    /// <summary>Which modem, where the board has pins for one.</summary>
    public SimulatedModemFamily Modem { get; init; } = SimulatedModemFamily.Sim7080;

    /// <summary>Where the modem's datagrams go; null for the server that the unit names.</summary>
    public Action<byte[]>? ModemSent { get; init; }

    /// <summary>Which of all voyages.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where the boat sails.</summary>
    public PatrolRoute Route { get; init; } = PatrolRoute.RiauIslands;

    /// <summary>UTC when the board's time begins.</summary>
    public DateTime Start { get; init; } = new(2027, 3, 31, 22, 0, 0, DateTimeKind.Utc);

    /// <summary>Where the antenna leads to.</summary>
    public IAirPort? Air { get; init; }
}
