namespace BoatTelemetry.Host.Commands;

/// <summary>What the process says to who started it.</summary>
public static class ExitCode
{
    public const int Ok = 0;

    /// <summary>Nothing was sent, or not all that should have been; the reason is on stderr.</summary>
    public const int Failed = 1;

    /// <summary>The arguments are not understood.</summary>
    public const int Usage = 2;
}
