namespace BoatTelemetry.Gateway.Downlink;

/// <summary>Whether the machine's clock was synchronised since the service that does so started.</summary>
/// <remarks>
/// The kernel would say so of any service (adjtimex(2), STA_UNSYNC), and the sandbox of the systemd unit forbids to ask it (ProtectClock).
/// </remarks>
internal static class TimeSync
{
    /// <summary>systemd-timesyncd.service(8): touched on each successful synchronisation, for applications to see; gone when the service stops.</summary>
    public const string File = "/run/systemd/timesync/synchronized";

    // Its folder is the service's RuntimeDirectory (systemd.exec(5)): it comes with the service's start and goes with its stop. Without it another
    // service keeps the clock, or none does.
    private static readonly string _folder = Path.GetDirectoryName(File)!;

    /// <summary>True, too, where nobody says at the start.</summary>
    public static Func<bool> Ask() => Ask(_folder);

    /// <param name="folder">Of the service.</param>
    internal static Func<bool> Ask(string folder)
    {
        // The service may be stopped later, or another take its place: that says nothing of the clock.
        var isTold = Directory.Exists(folder);
        var file = Path.Combine(folder, Path.GetFileName(File));
        return () => !isTold || System.IO.File.Exists(file);
    }
}
