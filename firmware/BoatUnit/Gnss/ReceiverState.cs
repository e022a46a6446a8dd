namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>What a <see cref="ReceiverPort"/> is doing.</summary>
public enum ReceiverState
{
    /// <summary>The serial port is closed: not begun yet, or it cannot be opened.</summary>
    Closed = 0,

    /// <summary>Looking for the rate at which sentences come.</summary>
    Searching = 1,

    /// <summary>Asking what it is and telling it what to send. Positions are taken meanwhile.</summary>
    SettingUp = 2,

    /// <summary>Listening.</summary>
    Running = 3,

    /// <summary>The receiver's power is off, as part of a power cycle.</summary>
    PoweredOff = 4,
}

/// <summary>Whose commands the receiver understands.</summary>
public enum ReceiverFamily
{
    /// <summary>It has answered nobody's.</summary>
    Unknown = 0,

    /// <summary>u-blox up to generation 8: UBX-CFG-MSG, -RATE, -PRT.</summary>
    UbloxLegacy = 1,

    /// <summary>u-blox from generation 9 on: UBX-CFG-VALSET.</summary>
    UbloxKeys = 2,

    /// <summary>MediaTek MT33xx: PMTK.</summary>
    Mtk = 3,

    /// <summary>CASIC (AT6558, ATGM336H, L76K): PCAS.</summary>
    Casic = 4,
}

/// <summary>How the last setup ended.</summary>
public enum SetupOutcome
{
    /// <summary>None has ended.</summary>
    None = 0,

    /// <summary>Everything was acknowledged, or sent where the family acknowledges nothing.</summary>
    Complete = 1,

    /// <summary>Something was refused or not answered; the rest holds.</summary>
    Partial = 2,

    /// <summary>It answers nothing and works as it is.</summary>
    AsItIs = 3,
}

/// <summary>What has happened to a receiver since start.</summary>
public sealed class ReceiverCounters
{
    /// <summary>Bytes that were read.</summary>
    public long BytesRead;

    /// <summary>Times that the serial port threw.</summary>
    public int PortErrors;

    /// <summary>Times that more bytes waited than the port's buffer holds: some were lost.</summary>
    public int Overruns;

    /// <summary>Times that a rate was found.</summary>
    public int RatesFound;

    /// <summary>Times that all rates were tried in vain.</summary>
    public int RoundsInVain;

    /// <summary>Times that a rate was set and nothing came at it.</summary>
    public int RateChangesFailed;

    /// <summary>Setups that were begun.</summary>
    public int Setups;

    /// <summary>Times that the receiver was seen to have lost its setup.</summary>
    public int SetupsLost;

    /// <summary>Commands that were sent, each repetition counted.</summary>
    public int CommandsSent;

    /// <summary>Commands that the receiver refused.</summary>
    public int CommandsRefused;

    /// <summary>Commands that were never answered.</summary>
    public int CommandsUnanswered;

    /// <summary>Times that the receiver fell silent.</summary>
    public int Silences;

    /// <summary>Power cycles.</summary>
    public int PowerCycles;
}

/// <summary>The switch of the receiver's supply: a channel of the board's power chip, or a pin.</summary>
public interface IReceiverPower
{
    /// <summary>Switches it; false if the switch did not obey.</summary>
    bool TrySetPower(bool isOn);
}
