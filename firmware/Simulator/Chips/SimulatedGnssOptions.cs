namespace BoatTelemetry.Simulator.Chips;

/// <summary>Whose commands a simulated receiver understands.</summary>
public enum GnssChipFamily
{
    /// <summary>Nobody's: it sends and is deaf.</summary>
    Deaf = 0,

    /// <summary>u-blox M8: UBX-CFG-MSG, -RATE, -PRT, -CFG.</summary>
    UbloxM8,

    /// <summary>u-blox M10: UBX-CFG-VALSET.</summary>
    UbloxM10,

    /// <summary>MediaTek MT3339: PMTK.</summary>
    Mtk,

    /// <summary>CASIC AT6558: PCAS.</summary>
    Casic,
}

/// <summary>What a simulated receiver is, and how it came from its factory.</summary>
public sealed record SimulatedGnssOptions
{
    public GnssChipFamily Family { get; init; } = GnssChipFamily.UbloxM8;

    /// <summary>The rate that it speaks at after power-on.</summary>
    public int BaudBps { get; init; } = 9600;

    /// <summary>From one position to the next after power-on.</summary>
    public int PeriodMs { get; init; } = 1000;

    /// <summary>The sentences that it sends after power-on.</summary>
    public GnssSentences Sentences { get; init; } = GnssSentences.Factory;

    /// <summary>From power-on to the first position.</summary>
    public int ColdStartMs { get; init; } = 26_000;

    /// <summary>It refuses every setting: NAK, or PMTK001 with 2.</summary>
    public bool RefusesSettings { get; init; }

    /// <summary>It does what it is told and does not answer, though it tells its version.</summary>
    public bool AnswersNoSettings { get; init; }

    /// <summary>Which of all noises.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Sentences that a receiver can be told to send.</summary>
[Flags]
public enum GnssSentences
{
    None = 0,
    Gga = 1,
    Gll = 2,
    Gsa = 4,
    Gsv = 8,
    Rmc = 16,
    Vtg = 32,
    Zda = 64,

    /// <summary>What receivers of every family send until they are told otherwise.</summary>
    Factory = Gga | Gll | Gsa | Gsv | Rmc | Vtg,
}
