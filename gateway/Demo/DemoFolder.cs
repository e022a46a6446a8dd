using System.Security.Cryptography;
using System.Text.Json;

namespace BoatTelemetry.Demo;

/// <summary>A folder of its own for each run: keys made now, the fleet file, the gateway's configuration, all state.</summary>
internal sealed class DemoFolder : IDisposable
{
    /// <summary>Where the units' positions come out.</summary>
    public const string PositionFilter = TopicRoot + "/+/+/position";

    private const string TopicRoot = "patrol/v1";
    private const string Agency = "demo";
    private const int KeyBytes = 16;
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true };

    private readonly DirectoryInfo _folder;

    /// <exception cref="DemoException">The folder cannot be made.</exception>
    public DemoFolder(int boats)
    {
        try
        {
            // Only for this user: keys are in it.
            _folder = Directory.CreateTempSubdirectory("boat-demo-");
            WriteFleet(boats);
            WriteConfiguration();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"no folder for keys and state can be made: {e.Message}", e);
        }
    }

    public string Path => _folder.FullName;

    public string Configuration => File("gateway.json");

    public string KeyFile(int unit) => File($"unit-{unit}.key");

    public string State(int unit) => File($"unit-{unit}");

    public void Dispose() => _folder.Delete(recursive: true);

    private string File(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private void WriteFleet(int boats)
    {
        var units = Enumerable.Range(1, boats).Select(unit =>
        {
            var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
            System.IO.File.WriteAllText(KeyFile(unit), key + "\n");
            return new { unit, agency = Agency, name = $"KP Demo {unit}", key };
        });
        System.IO.File.WriteAllText(File("fleet.json"), JsonSerializer.Serialize(new { units = units.ToArray() }, _json));
    }

    private void WriteConfiguration() => System.IO.File.WriteAllText(Configuration, JsonSerializer.Serialize(
        new
        {
            fleet = "fleet.json",
            journal = "journal.db",
            ingest = new { packetForwarder = new { listen = "127.0.0.1:0" } },

            // A log is replayed many times faster than any boat speaks.
            admission = new { framesPerSecondMax = 100_000 },
            mqtt = new { embedded = new { listen = "127.0.0.1:0" } },
            topicRoot = TopicRoot,
        },
        _json));
}
