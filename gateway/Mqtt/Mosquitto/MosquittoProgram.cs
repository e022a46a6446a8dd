namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>Where the mosquitto program is.</summary>
internal static class MosquittoProgram
{
    // Beside PATH: Debian puts it in a folder that only root's PATH has; the others are macOS and the Windows installer.
    private static readonly string[] _folders =
        ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", @"C:\Program Files\mosquitto"];

    /// <exception cref="MqttBrokerException">It is not installed; the message names the package.</exception>
    public static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "mosquitto.exe" : "mosquitto";
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(_folders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new MqttBrokerException(
                "The built-in broker of this build is the program mosquitto, which is not installed: on Debian and Ubuntu " +
                "it is the package mosquitto, with Homebrew mosquitto, on Windows the installer of the Mosquitto project.");
    }
}
