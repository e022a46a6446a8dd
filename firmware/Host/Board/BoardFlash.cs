using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Host.Board;

/// <summary>The areas of a board's flash, as chips whose power can be cut.</summary>
public sealed class BoardFlash
{
    // ESP32: 4 bytes a program.
    private const int ProgramBytes = 4;

    /// <param name="journalBlocks">Blocks of 4 KiB for the journal.</param>
    public BoardFlash(int journalBlocks)
    {
        Journal = new SimulatedFlash(ProgramBytes, StorageMap.BlockBytes, journalBlocks);
        Map = StorageMap.Of(Config, Secrets, Certificates, Keys, Counters, Supervisor, Airtime, Journal);
    }

    public SimulatedFlash Config { get; } = new(ProgramBytes, StorageMap.BlockBytes, StorageMap.ConfigBlocks);

    public SimulatedFlash Secrets { get; } = Record();

    public SimulatedFlash Certificates { get; } = new(ProgramBytes, StorageMap.BlockBytes, StorageMap.CertificateBlocks);

    public SimulatedFlash Keys { get; } = Record();

    public SimulatedFlash Counters { get; } = Record();

    public SimulatedFlash Supervisor { get; } = Record();

    public SimulatedFlash Airtime { get; } = Record();

    public SimulatedFlash Journal { get; }

    /// <summary>The same, as the unit has them.</summary>
    public StorageMap Map { get; }

    /// <summary>All of them.</summary>
    public IEnumerable<SimulatedFlash> All => [Config, Secrets, Certificates, Keys, Counters, Supervisor, Airtime, Journal];

    private static SimulatedFlash Record() => new(ProgramBytes, StorageMap.RecordBlockBytes, StorageMap.RecordBlocks);
}
