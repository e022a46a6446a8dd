namespace BoatTelemetry.Core.Reports;

/// <summary>Where any part of the unit asks for a status frame. Asking twice before it is made asks once.</summary>
public interface IStatusRequest
{
    /// <summary>Asks for a status as soon as it can be made, in the long form if any asker wants it so.</summary>
    void Request(StatusCause cause, bool isLong);
}

/// <summary>Why a status frame is made.</summary>
public enum StatusCause
{
    None = 0,

    /// <summary>The unit started: the gateway's base may stand on numbers that were skipped.</summary>
    Start,

    /// <summary>It is time.</summary>
    Interval,

    /// <summary>A command asked for it.</summary>
    Command,

    /// <summary>The first frame under a new key confirms it.</summary>
    KeyChanged,

    /// <summary>An acknowledgement's base is a number that the unit does not hold: only a status moves it on.</summary>
    BaseUnknown,

    /// <summary>Something of the unit failed, or works again.</summary>
    FaultsChanged,

    /// <summary>Something of the record was lost that no status has told yet.</summary>
    LossesChanged,
}
