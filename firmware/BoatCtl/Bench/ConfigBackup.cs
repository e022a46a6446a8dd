using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>
/// A configuration in a file: {"boatctlBackup":1,"takenUtc":...,"unit":{...},"config":{...},"secretsNotInThisFile":{...}}. What the
/// console gave as "config" is read as well, with nothing around it.
/// </summary>
internal static class ConfigBackup
{
    private const int Version = 1;
    private const long FileBytesMax = 65_536;
    private const string VersionField = "boatctlBackup";
    private const string ConfigField = "config";

    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Looks whether the name is free, before anybody is asked for what goes there.</summary>
    /// <exception cref="CommandException">Something is there.</exception>
    public static void CheckFree(string file)
    {
        if (Path.Exists(file))
            throw NotWritten($"{file} is there already and stays as it is: give another name, or delete it first.");
    }

    /// <summary>Writes a new file; one that is there already stays.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void Write(string file, UnitConfiguration unit, JsonObject info, DateTimeOffset takenAt)
    {
        var backup = new JsonObject
        {
            [VersionField] = Version,
            ["takenUtc"] = takenAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"),
            ["unit"] = new JsonObject
            {
                ["unit"] = info["unit"]?.DeepClone(),
                ["board"] = info["board"]?.DeepClone(),
                ["firmware"] = info["firmware"]?.DeepClone(),
            },
            [ConfigField] = unit.Config.DeepClone(),
            ["secretsNotInThisFile"] = unit.Secrets.DeepClone(),
        };
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.WriteLine(backup.ToJsonString(_json));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NotWritten(e.Message, e);
        }
    }

    /// <summary>The configuration in a file.</summary>
    /// <exception cref="CommandException">It cannot be read, or holds none; the message says which.</exception>
    public static JsonObject Read(string file)
    {
        JsonNode? content;
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
                throw Unreadable($"{file} has more than {FileBytesMax} bytes: it is no configuration.");

            content = JsonNode.Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(e.Message, e);
        }
        catch (JsonException e)
        {
            throw Unreadable($"{file} is not JSON: {e.Message}", e);
        }

        if (content is not JsonObject root)
            throw Unreadable($"{file} holds no configuration: a JSON object is needed.");
        if (root[VersionField] is { } version && version.ToJsonString() != "1")
            throw Unreadable($"{file} is a backup of version {version.ToJsonString()}; this program reads version {Version}.");
        if (root[ConfigField] is JsonObject config)
            return (JsonObject)config.DeepClone();

        return root.ContainsKey("configVersion") ? root : throw Unreadable($"{file} holds no configuration: neither \"config\" nor \"configVersion\" is in it.");
    }

    private static CommandException NotWritten(string message, Exception? inner = null) =>
        new(ExitCode.Missing, "not-written", $"The backup was not written: {message}", inner);

    private static CommandException Unreadable(string message, Exception? inner = null) => new(ExitCode.Missing, "unreadable", message, inner);
}
