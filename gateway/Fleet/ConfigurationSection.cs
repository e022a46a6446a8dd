using System.Globalization;
using System.Net;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Configuration;

/// <summary>
/// An object of a configuration file. Each key is asked for with what it may be; <see cref="Finish"/> then finds the
/// keys that nobody asked for. What is wrong goes to the file's errors, and the default is returned.
/// </summary>
public sealed class ConfigurationSection
{
    private readonly ConfigurationFile _file;
    private readonly Dictionary<string, JsonElement> _values = [];
    private readonly HashSet<string> _asked = [];
    private readonly string _path;
    private readonly string _knownPath;

    internal ConfigurationSection(ConfigurationFile file, JsonElement? element, string path, string? knownPath = null)
    {
        _file = file;
        _path = path;
        _knownPath = knownPath ?? path;
        IsPresent = element is not null;
        if (element is null)
            return;
        foreach (var property in element.Value.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, property.Value))
                _file.Wrong(Join(_path, _file.ShowKey(property.Name)), "occurs twice", "one of a name");
        }
    }

    /// <summary>Whether the object stands in the file.</summary>
    public bool IsPresent { get; }

    /// <summary>Whether a key stands in the object.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>An object in the object; asking its keys is of use even if it is not there.</summary>
    public ConfigurationSection Section(string key)
    {
        var isObject = Take(key, out var value) && Is(key, value, JsonValueKind.Object, "an object");
        return new ConfigurationSection(_file, isObject ? value : null, Join(_path, key), Join(_knownPath, key));
    }

    /// <summary>The objects of an array, which may be absent if that is said.</summary>
    public IReadOnlyList<ConfigurationSection> Sections(string key, bool isOptional = false)
    {
        List<ConfigurationSection> sections = [];
        if (!Take(key, out var value))
        {
            if (!isOptional)
                Wrong(key, "is absent", "an array of objects");
            return sections;
        }

        if (!Is(key, value, JsonValueKind.Array, "an array of objects"))
            return sections;
        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            var indexed = $"{key}[{i++}]";
            if (Is(indexed, element, JsonValueKind.Object, "an object"))
                sections.Add(new ConfigurationSection(_file, element, Join(_path, indexed), Join(_knownPath, key + "[]")));
        }

        return sections;
    }

    /// <summary>The objects of an array that may be absent: then one absent object, so that its keys are known.</summary>
    public IReadOnlyList<ConfigurationSection> OptionalSections(string key)
    {
        if (Take(key, out _))
            return Sections(key);
        return [new ConfigurationSection(_file, null, Join(_path, key + "[]"), Join(_knownPath, key + "[]"))];
    }

    /// <summary>An integer; without a default it must be there.</summary>
    public int Number(string key, int least, int most, int? byDefault = null)
    {
        var allowed = $"an integer from {least} to {most}";
        if (!Take(key, out var value))
            return byDefault ?? Absent(key, allowed, least);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            return number;
        Wrong(key, _file.Show(value, isTextExpected: false), allowed);
        return byDefault ?? least;
    }

    /// <summary>An integer that may be absent.</summary>
    public int? OptionalNumber(string key, int least, int most) =>
        Take(key, out _) ? Number(key, least, most) : null;

    /// <summary>A number of degrees with five decimals at the most, as degrees x 10^5.</summary>
    public int DegreesE5(string key, int leastDeg, int mostDeg, int byDefaultE5) => Decimals(key, leastDeg, mostDeg, 5, byDefaultE5);

    /// <summary>A number with one decimal at the most, times 10.</summary>
    public int Tenths(string key, int least, int most, int byDefaultE1) => Decimals(key, least, most, 1, byDefaultE1);

    /// <summary>A text that satisfies <paramref name="isValid"/>; without a default it must be there.</summary>
    public string Text(string key, string allowed, Func<string, bool> isValid, string? byDefault = null) =>
        OptionalText(key, allowed, isValid) ?? byDefault ?? (_values.ContainsKey(key) ? "" : Absent(key, allowed, ""));

    /// <summary>A text that may be absent.</summary>
    public string? OptionalText(string key, string allowed, Func<string, bool> isValid)
    {
        ArgumentNullException.ThrowIfNull(isValid);
        if (!Take(key, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String && isValid(value.GetString()!))
            return value.GetString();
        Wrong(key, _file.Show(value, isTextExpected: true), allowed);
        return null;
    }

    /// <summary>The texts of an array, each of which satisfies <paramref name="isValid"/>; none if it is absent.</summary>
    public IReadOnlyList<string> OptionalTexts(string key, string allowed, Func<string, bool> isValid)
    {
        ArgumentNullException.ThrowIfNull(isValid);
        List<string> texts = [];
        if (!Take(key, out var value) || !Is(key, value, JsonValueKind.Array, "an array of texts"))
            return texts;
        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String && isValid(element.GetString()!))
                texts.Add(element.GetString()!);
            else
                Wrong($"{key}[{i}]", _file.Show(element, isTextExpected: true), allowed);
            i++;
        }

        return texts;
    }

    /// <summary>A text that is never shown; null if it is absent or no text.</summary>
    public string? OptionalSecretText(string key, string allowed)
    {
        if (!Take(key, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        Wrong(key, "(not shown)", allowed);
        return null;
    }

    /// <summary>A text that is never shown: hexadecimal digits of so many bytes. Empty if it is wrong.</summary>
    public byte[] SecretHex(string key, int bytes)
    {
        var allowed = $"{bytes * 2} hexadecimal digits";
        if (!Take(key, out var value))
            return Absent(key, allowed, Array.Empty<byte>());
        var secret = new byte[bytes];
        if (value.ValueKind == JsonValueKind.String
            && value.GetString()!.Length == bytes * 2
            && Convert.FromHexString(value.GetString()!, secret, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            return secret;
        }

        Wrong(key, "(not shown)", allowed);
        return [];
    }

    /// <summary>A path from the file's folder on, made full.</summary>
    public string? FilePath(string key, string? byDefault = null)
    {
        var path = OptionalText(key, "the path of a file", static text => text.Length > 0) ?? byDefault;
        return path is null ? null : _file.Resolve(path);
    }

    /// <summary>An address and port to listen on; null if it is wrong.</summary>
    public IPEndPoint? Listen(string key)
    {
        const string Allowed = "ADDRESS:PORT, such as 0.0.0.0:1700 or [::]:1700; port 0 is any free one";
        var text = Text(key, Allowed, static text => TryParseEndPoint(text, out _));
        return TryParseEndPoint(text, out var endPoint) ? endPoint : null;
    }

    /// <summary>Reports what is wrong for a reason that only the caller knows.</summary>
    public void Wrong(string key, string value, string allowed) => _file.Wrong(Join(_path, key), value, allowed);

    /// <summary>Counts a key among the known ones without a look at it.</summary>
    public void Know(string key) => Take(key, out _);

    /// <summary>Reports every key that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var key in _values.Keys.Where(key => !_asked.Contains(key)))
            Wrong(_file.ShowKey(key), "is not known here", string.Join(", ", _asked.Order(StringComparer.Ordinal)));
    }

    // IPEndPoint.TryParse takes an address without a port, and reads "1700" as an address.
    private static bool TryParseEndPoint(string text, out IPEndPoint? endPoint)
    {
        var colon = text.LastIndexOf(':');
        endPoint = null;
        return colon > 0
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, null, out _)
            && IPEndPoint.TryParse(text, out endPoint)
            && endPoint.ToString() == text;
    }

    private int Decimals(string key, int least, int most, int decimals, int byDefault)
    {
        if (!Take(key, out var value))
            return byDefault;
        decimal scale = 1;
        for (var i = 0; i < decimals; i++)
            scale *= 10;
        if (value.ValueKind == JsonValueKind.Number
            && value.TryGetDecimal(out var number)
            && number >= least
            && number <= most
            && decimal.IsInteger(number * scale))
        {
            return (int)(number * scale);
        }

        var digits = decimals == 1 ? "at most 1 decimal" : $"at most {decimals} decimals";
        Wrong(key, _file.Show(value, isTextExpected: false), $"a number from {least} to {most} with {digits}");
        return byDefault;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private bool Take(string key, out JsonElement value)
    {
        _asked.Add(key);
        _file.Know(Join(_knownPath, key));
        return _values.TryGetValue(key, out value);
    }

    private bool Is(string key, JsonElement value, JsonValueKind kind, string allowed)
    {
        if (value.ValueKind == kind)
            return true;
        Wrong(key, _file.Show(value, isTextExpected: false), allowed);
        return false;
    }

    private T Absent<T>(string key, string allowed, T value)
    {
        Wrong(key, "is absent", allowed);
        return value;
    }
}
