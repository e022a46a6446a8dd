namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What a line of a modem says, whichever dialect it says it in.</summary>
public enum AtMeaning
{
    /// <summary>Nothing that is used here: an echo, a greeting, another service's news, noise.</summary>
    None = 0,

    /// <summary>Final: the command is done.</summary>
    Ok,

    /// <summary>Final: the command was refused.</summary>
    Error,

    SimReady,

    /// <summary>The SIM wants a PIN or PUK.</summary>
    SimLocked,

    /// <summary>State of the registration in one of the domains.</summary>
    Registration,

    Signal,

    Clock,

    ContextUp,

    /// <summary>The network, or the modem, took the context away; or it was not granted.</summary>
    ContextDown,

    /// <summary>The server's name is resolved.</summary>
    Resolved,

    SocketOpen,

    /// <summary>The socket was not opened.</summary>
    SocketRefused,

    SocketClosed,

    /// <summary>A datagram from shore waits in the modem.</summary>
    DataWaiting,

    /// <summary>The bytes of a datagram follow at once; the dialect tells how many.</summary>
    DataFollows,

    /// <summary>No datagram waits.</summary>
    DataNone,

    Sent,

    SendRefused,

    /// <summary>The modem has just started.</summary>
    Started,

    /// <summary>The modem says that it switches itself off.</summary>
    PowerDown,
}
