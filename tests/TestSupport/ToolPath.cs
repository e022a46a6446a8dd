namespace BoatTelemetry.TestSupport;

/// <summary>
/// Programs that tests run. One that is missing fails the test: `make setup` installs it, and a test that skips itself on
/// the machine that should have run it protects nobody.
/// </summary>
public static class ToolPath
{
    // Debian puts daemons in a folder that only root's PATH has.
    private static readonly string[] _folders = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/homebrew/bin"];

    public static string Mosquitto => Find("mosquitto", package: "mosquitto");

    public static string MosquittoSub => Find("mosquitto_sub", package: "mosquitto-clients");

    public static string MosquittoPub => Find("mosquitto_pub", package: "mosquitto-clients");

    public static string MosquittoPasswd => Find("mosquitto_passwd", package: "mosquitto");

    /// <summary>A program of PostgreSQL's server, which Debian keeps in a folder of its version.</summary>
    public static string Postgres(string program)
    {
        const string Debian = "/usr/lib/postgresql";
        var newest = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).FirstOrDefault()
            : null;
        var path = newest is null ? null : Path.Combine(newest, "bin", program);
        return path is not null && File.Exists(path) ? path : Find(program, package: "postgresql");
    }

    /// <summary>The program's full path.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; the message names Debian's package.</exception>
    public static string Find(string program, string package)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return path.Concat(_folders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"{program} is not installed; `make setup` installs it, or install the package {package}.");
    }
}
