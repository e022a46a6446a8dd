namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>Opens serial lines: Linux by its own calls, which take pseudo-terminals too, elsewhere through System.IO.Ports.</summary>
internal static class SerialLine
{
    /// <exception cref="BenchException">There is no such port, it is taken, or it may not be opened.</exception>
    public static ISerialLine Open(string port, int baud = BenchClient.Baud)
    {
        try
        {
            return OperatingSystem.IsLinux() ? new LinuxSerialLine(port, baud) : new SystemSerialLine(port, baud);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var advice = e.Message.Contains("denied", StringComparison.OrdinalIgnoreCase) && OperatingSystem.IsLinux()
                ? " On Debian, the user must be in the group dialout."
                : string.Empty;
            throw new BenchException(BenchOutcome.NotOpened, "not-opened", $"The port cannot be opened: {e.Message}.{advice}", e);
        }
    }
}
