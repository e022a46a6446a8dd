namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Why the modem is not, or no longer, ready.</summary>
public enum ModemFailure
{
    None = 0,

    /// <summary>Silent at every rate, or nothing but noise.</summary>
    NoAnswer,

    /// <summary>A command was not finished in its time.</summary>
    TimedOut,

    /// <summary>A command was refused.</summary>
    Refused,

    NoSim,

    /// <summary>The SIM wants a PIN.</summary>
    SimLocked,

    /// <summary>No network took it in time.</summary>
    NotRegistered,

    /// <summary>The network refused it.</summary>
    RegistrationDenied,

    /// <summary>It was registered and no longer is.</summary>
    RegistrationLost,

    /// <summary>The data connection was not granted, or taken away.</summary>
    ContextLost,

    /// <summary>The server's name was not resolved, or the socket not opened.</summary>
    SocketRefused,

    SocketClosed,

    SendRefused,

    /// <summary>It started anew by itself: brown-out, watchdog.</summary>
    Restarted,

    /// <summary>The serial port itself failed.</summary>
    PortFailed,
}

/// <summary>What is done about a failure; each is tried when the one before did not help.</summary>
public enum ModemRung
{
    None = 0,
    Retry,
    ReopenSocket,
    Attach,
    Reset,
    PowerKey,
}

/// <summary>How far the modem has come.</summary>
public enum ModemState
{
    /// <summary>Looking for an answer at any rate.</summary>
    Syncing = 0,
    SettingUp,
    Registering,
    Detaching,
    Attaching,
    Opening,
    Ready,

    /// <summary>Waiting out the pause after a failure.</summary>
    Pausing,
    Resetting,
    PressingPowerKey,
    Booting,
}
