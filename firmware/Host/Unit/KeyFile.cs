using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Host.Unit;

/// <summary>
/// A unit's key: a file of 32 hexadecimal digits. Never an argument, since arguments show in every process list, and
/// never printed, not even in part.
/// </summary>
public static class KeyFile
{
    private const int FileCharactersMax = 256;

    /// <exception cref="HostException">There is no such file, or it holds something else.</exception>
    public static byte[] Read(string path)
    {
        var text = ReadText(path).Trim();
        try
        {
            if (text.Length == 2 * SimulatedAes.KeyBytes)
                return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            // Told below: the parser's own message would quote the key.
        }

        throw new HostException($"{path} holds no key: a key is {2 * SimulatedAes.KeyBytes} hexadecimal digits. {HowToMakeOne(path)}");
    }

    private static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileCharactersMax })
                return string.Empty;

            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostException($"The unit's key is not there: {path}. {HowToMakeOne(path)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The unit's key cannot be read: {e.Message}", e);
        }
    }

    private static string HowToMakeOne(string path) =>
        $"To make one: umask 077; openssl rand -hex 16 > '{path}' (and give the gateway's fleet file the same digits).";
}
