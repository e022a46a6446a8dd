using System.Text.Json;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>A JSON file with comments and trailing commas, and everything that is found wrong while it is read.</summary>
public sealed class ConfigurationFile
{
    private static readonly JsonDocumentOptions _options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private readonly List<ConfigurationError> _errors;
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);

    /// <param name="file">Where it stands; relative paths in it start from its folder.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public ConfigurationFile(string file, List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        FullPath = Path.GetFullPath(file);
        _errors = errors;
        Root = new ConfigurationSection(this, Load(), "");
    }

    /// <summary>The file's full path.</summary>
    public string FullPath { get; }

    /// <summary>The object that the file is; without any key if it could not be read.</summary>
    public ConfigurationSection Root { get; }

    /// <summary>Every key that was asked for, <c>units[].key</c> for those in arrays: the keys that the code knows.</summary>
    public IReadOnlyCollection<string> Keys => _keys;

    /// <summary>A path in the file, from the file's folder on.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(FullPath)!);

    internal void Know(string key) => _keys.Add(key);

    internal void Wrong(string key, string value, string allowed) =>
        _errors.Add(new ConfigurationError(Path.GetFileName(FullPath), key, value, allowed));

    private JsonElement? Load()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(FullPath), _options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
            Wrong("", $"the file is {ConfigurationSection.Show(document.RootElement)}", "a JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Wrong("", e.Message, "a file that can be read");
        }
        catch (JsonException e)
        {
            Wrong("", e.Message, "JSON; comments and trailing commas may stand in it");
        }

        return null;
    }
}
