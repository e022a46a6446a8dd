namespace BoatTelemetry.Gateway.Downlink;

/// <summary>Whether the machine's clock was synchronised since the machine's start.</summary>
/// <remarks>
/// The kernel would say so of any service (adjtimex(2), STA_UNSYNC), and the sandbox of the systemd unit forbids to ask it (ProtectClock).
/// </remarks>
internal static class TimeSync
{
    /// <summary>systemd-timesyncd.service(8): touched on each successful synchronisation, for applications to see; gone with a restart of the machine.</summary>
    public const string File = "/run/systemd/timesync/synchronized";

    // Its folder is there as soon as the service has started: without it another service keeps the clock, or none does.
    private static readonly string _folder = Path.GetDirectoryName(File)!;

    /// <summary>True, too, where nobody says.</summary>
    public static bool IsSynchronized() => IsSynchronized(_folder);

    /// <param name="folder">Of the service.</param>
    internal static bool IsSynchronized(string folder) => !Directory.Exists(folder) || System.IO.File.Exists(Path.Combine(folder, Path.GetFileName(File)));
}
