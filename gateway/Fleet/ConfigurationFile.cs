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

    // A unit's key has 32 characters; everything that a correct fleet file calls by a name is shorter.
    private const int ShownCharactersMaxBesideSecrets = 20;
    private const int ShownCharactersMaxElsewhere = 60;

    private readonly List<ConfigurationError> _errors;
    private readonly bool _holdsSecrets;
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);

    /// <param name="file">Where it stands; relative paths in it start from its folder.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="holdsSecrets">Whether secrets stand in it: then an error shows a misplaced value's type only.</param>
    public ConfigurationFile(string file, List<ConfigurationError> errors, bool holdsSecrets = false)
    {
        ArgumentNullException.ThrowIfNull(errors);
        _holdsSecrets = holdsSecrets;
        FullPath = Path.GetFullPath(file);
        _errors = errors;
        var root = Load();
        IsRead = root is not null;
        Root = new ConfigurationSection(this, root, "");
    }

    /// <summary>The file's full path.</summary>
    public string FullPath { get; }

    /// <summary>Whether it is a JSON object; if not, that is its one error, and to ask for keys would only add to it.</summary>
    public bool IsRead { get; }

    /// <summary>The object that the file is; without any key if it could not be read.</summary>
    public ConfigurationSection Root { get; }

    /// <summary>Every key that was asked for, <c>units[].key</c> for those in arrays: the keys that the code knows.</summary>
    public IReadOnlyCollection<string> Keys => _keys;

    /// <summary>A path in the file, from the file's folder on.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(FullPath)!);

    internal void Know(string key) => _keys.Add(key);

    /// <summary>
    /// A value as an error may show it. Objects and arrays are never shown: a secret may stand in them. A text is shown
    /// beside secrets only if <paramref name="isTextExpected"/>, and nothing long is.
    /// </summary>
    internal string Show(JsonElement value, bool isTextExpected)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return TypeOf(value);
        var text = value.GetRawText();
        if (_holdsSecrets)
        {
            var isHidden = text.Length > ShownCharactersMaxBesideSecrets
                || (value.ValueKind == JsonValueKind.String && !isTextExpected);
            return isHidden ? $"{TypeOf(value)} (not shown)" : text;
        }

        return text.Length <= ShownCharactersMaxElsewhere ? text : text[..ShownCharactersMaxElsewhere] + "...";
    }

    /// <summary>A key that the code does not know, as an error may show it: a secret may stand in its place.</summary>
    internal string ShowKey(string key) =>
        _holdsSecrets && key.Length > ShownCharactersMaxBesideSecrets ? "(name not shown)" : key;

    internal void Wrong(string key, string value, string allowed) =>
        _errors.Add(new ConfigurationError(Path.GetFileName(FullPath), key, value, allowed));

    private JsonElement? Load()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(FullPath), _options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
            Wrong("", $"the file is {TypeOf(document.RootElement)}", "a JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Wrong("", e.Message.TrimEnd('.'), "a file that can be read");
        }
        catch (JsonException e)
        {
            // The exception's message quotes the file.
            var place = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            Wrong("", $"the file is not JSON from {place} on", "JSON; comments and trailing commas may stand in it");
        }

        return null;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => value.GetRawText(),
    };
}
