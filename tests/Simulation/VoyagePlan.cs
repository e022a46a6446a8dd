using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>What kind of voyages are to be drawn.</summary>
public enum VoyageScale
{
    /// <summary>Hours at 1 Hz mostly, one in sixteen of weeks at a coarse rate.</summary>
    Full = 0,

    /// <summary>The same faults in less time, for the tests of every day.</summary>
    Brief,
}

/// <summary>Everything about a voyage that stands before it begins, drawn from its seed.</summary>
public sealed class VoyagePlan
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;
    private const long DayMs = 24 * HourMs;

    private static readonly int[] BlockBytesChoices = [512, 1_024, 4_096];
    private static readonly string[] RegionChoices = ["AS923-2", "AS923-2", "AS923-2", "EU868", "US915", "AS923-1"];

    public VoyagePlan(int seed, VoyageScale scale)
    {
        Seed = seed;
        Random = new Random(seed);
        IsCoarse = Random.Next(16) == 0;
        LengthMs = IsCoarse ? CoarseLengthMs(scale) : FullRateLengthMs(scale);
        FixIntervalMs = IsCoarse ? 1_000L * Random.Next(60, 300) : 1_000;
        IdleMs = IsCoarse ? 10_000 : 1_000;
        Region = RegionChoices[Random.Next(RegionChoices.Length)];
        HasLoRa = Random.Next(10) > 0;
        HasCellular = !HasLoRa || Random.Next(2) == 0;
        HasWifi = Random.Next(3) == 0;
        JournalBlockBytes = BlockBytesChoices[Random.Next(BlockBytesChoices.Length)];
        JournalBlocks = Random.Next(2) == 0 ? Random.Next(12, 25) : 36;
        ProgramBytes = Random.Next(2) == 0 ? 4 : 16;
        FlashIsCached = Random.Next(2) == 0;
        CutEveryMs = Random.Next(4) == 0 ? 0 : LengthMs / Random.Next(1, 12);
        HasFlashFaults = Random.Next(4) == 0;
        HasClockFaults = Random.Next(3) == 0;
        HasRealTimeClock = Random.Next(2) == 0;
        HasRadioFaults = Random.Next(5) == 0;
        GatewayCrashEveryMs = Random.Next(3) == 0 ? LengthMs / Random.Next(1, 8) : 0;
        SosCount = Random.Next(4) == 0 ? 0 : Random.Next(1, 4);
        EventEveryMs = LengthMs / Random.Next(2, 20);
        LossPermilleMax = Random.Next(4) == 0 ? 0 : Random.Next(900);
    }

    public int Seed { get; }

    /// <summary>The voyage's one source of chance.</summary>
    public Random Random { get; }

    public bool IsCoarse { get; }

    public long LengthMs { get; }

    public long FixIntervalMs { get; }

    /// <summary>The longest step while nothing is under way.</summary>
    public int IdleMs { get; }

    public string Region { get; }

    public bool HasLoRa { get; }

    public bool HasCellular { get; }

    public bool HasWifi { get; }

    public int JournalBlockBytes { get; }

    public int JournalBlocks { get; }

    public int ProgramBytes { get; }

    public bool FlashIsCached { get; }

    /// <summary>Between two losses of power, in the mean; 0 for none.</summary>
    public long CutEveryMs { get; }

    public bool HasFlashFaults { get; }

    public bool HasClockFaults { get; }

    /// <summary>Whether a chip keeps the time while the power is off.</summary>
    public bool HasRealTimeClock { get; }

    public bool HasRadioFaults { get; }

    public long GatewayCrashEveryMs { get; }

    public int SosCount { get; }

    public long EventEveryMs { get; }

    /// <summary>Up to which loss the links' qualities are drawn.</summary>
    public int LossPermilleMax { get; }

    /// <summary>How long an outage lasts: minutes mostly, now and then up to days.</summary>
    public long DrawOutageMs()
    {
        return Random.Next(8) switch
        {
            0 => Random.NextInt64(HourMs, IsCoarse ? 4 * DayMs : 12 * HourMs),
            1 or 2 => Random.NextInt64(10 * MinuteMs, 3 * HourMs),
            _ => Random.NextInt64(MinuteMs / 2, 20 * MinuteMs),
        };
    }

    /// <summary>How long a link stays within reach.</summary>
    public long DrawReachMs()
    {
        return Random.Next(3) switch
        {
            0 => Random.NextInt64(MinuteMs, 15 * MinuteMs),
            1 => Random.NextInt64(15 * MinuteMs, 3 * HourMs),
            _ => Random.NextInt64(HourMs, IsCoarse ? 5 * DayMs : 10 * HourMs),
        };
    }

    /// <summary>About so long, exponentially distributed.</summary>
    public long DrawAfter(long meanMs) => 1 + (long)(-Math.Log(1 - Random.NextDouble()) * meanMs);

    public LoRaOptions DrawLoRa() => new() { SpreadingFactorStart = Random.Next(7, 11) };

    private long FullRateLengthMs(VoyageScale scale)
    {
        return scale == VoyageScale.Brief ? Random.NextInt64(10 * MinuteMs, 80 * MinuteMs) : Random.NextInt64(HourMs, 11 * HourMs);
    }

    private long CoarseLengthMs(VoyageScale scale)
    {
        return scale == VoyageScale.Brief ? Random.NextInt64(DayMs / 2, 2 * DayMs) : Random.NextInt64(4 * DayMs, 20 * DayMs);
    }
}
