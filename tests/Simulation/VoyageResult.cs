using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Simulation;

/// <summary>What a voyage came to.</summary>
public sealed class VoyageResult
{
    public required int Seed { get; init; }

    /// <summary>What was wrong, with seed, step and time; null if nothing was.</summary>
    public string? Violation { get; set; }

    public long SimulatedMs { get; set; }

    public long Steps { get; set; }

    public int Stored { get; set; }

    public int Delivered { get; set; }

    public int LiveDelivered { get; set; }

    public int Duplicates { get; set; }

    public long[] DroppedByKind { get; } = new long[(int)FrameKind.Status + 1];

    public long Sketched { get; set; }

    public long Damaged { get; set; }

    public long AirtimeUs { get; set; }

    public bool HasDutyCycle { get; set; }

    public int WorstHourPermille { get; set; }

    public int PowerCuts { get; set; }

    public int CutsInFlash { get; set; }

    public int FlashFaults { get; set; }

    public int GatewayCrashes { get; set; }

    public int RadioFailures { get; set; }

    public int ClockSteps { get; set; }

    public int SosPressed { get; set; }

    public List<long> SosDelaysMs { get; set; } = [];

    public List<long> SosRestartedDelaysMs { get; set; } = [];

    /// <summary>Time in which an SOS was open with LoRa within reach, and the hour used up.</summary>
    public long SosBarredMs { get; set; }

    public long DrainMs { get; set; }

    /// <summary>Records that are still held when the stay in harbour ends.</summary>
    public int LeftInJournal { get; set; }
}
