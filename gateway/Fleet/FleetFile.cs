using System.Globalization;
using System.Net;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Reads the fleet file; its keys are described in docs/gateway-config.md.</summary>
public static class FleetFile
{
    /// <summary>The level below the topic root where the gateways tell their own state: no agency may have its name.</summary>
    public const string GatewayLevel = "gateway";

    private const int NameCharactersMax = 100;
    internal const string AllowedAgency = $"1 to 64 lower-case letters, digits, '_' and '-', and not \"{GatewayLevel}\"";
    internal const string AllowedName = "1 to 100 characters";

    /// <summary>The fleet, or null if anything is wrong; then all of it is in <paramref name="errors"/>.</summary>
    public static FleetRegistry? Load(string file, List<ConfigurationError> errors) => LoadDocument(file, null, errors)?.ToRegistry();

    /// <summary>The file's content, or null. Keys are not expected in what was exported without them.</summary>
    internal static FleetDocument? LoadDocument(
        string file, WrappingKey? wrappingKey, List<ConfigurationError> errors, bool keysExpected = true)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var json = new ConfigurationFile(file, errors, holdsSecrets: true);
        return json.IsRead ? Read(json, new UnitKeyReader(wrappingKey, keysExpected), errors) : null;
    }

    internal static FleetDocument? Read(ConfigurationFile json, List<ConfigurationError> errors) =>
        Read(json, new UnitKeyReader(null, isExpected: true), errors);

    private static FleetDocument? Read(ConfigurationFile json, UnitKeyReader keys, List<ConfigurationError> errors)
    {
        var errorsBefore = errors.Count;
        var root = json.Root;
        var areas = ReadAreas(root);
        List<FleetAgency> agencies = [.. root.Sections("agencies", isOptional: true).Select(ReadAgency)];
        List<FleetConcentrator> concentrators = [];
        foreach (var section in root.Sections("concentrators", isOptional: true))
            concentrators.Add(ReadConcentrator(section, concentrators));
        var names = agencies.Select(agency => agency.Name).ToHashSet(StringComparer.Ordinal);
        List<FleetUnitEntry> units = [];
        HashSet<int> numbers = [];
        foreach (var section in root.Sections("units"))
            units.Add(ReadUnit(section, numbers, names, areas, keys));
        var area = ReadArea(root.Section("area"));
        root.Finish();
        foreach (var twice in agencies.GroupBy(agency => agency.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            root.Wrong("agencies", $"\"{twice.Key}\" occurs twice", "one of a name");
        if (errors.Count > errorsBefore)
            return null;
        return new FleetDocument { Area = area, Areas = areas, Agencies = agencies, Concentrators = concentrators, Units = units };
    }

    private static OperatingArea ReadArea(ConfigurationSection section)
    {
        var latitudeE5 = section.DegreesE5("originLatitudeDeg", -90, 90, OperatingArea.Indonesia.OriginLatitudeE5);
        var longitudeE5 = section.DegreesE5("originLongitudeDeg", -180, 180, OperatingArea.Indonesia.OriginLongitudeE5);
        section.Finish();
        return new OperatingArea(latitudeE5, longitudeE5);
    }

    private static Dictionary<string, OperatingArea> ReadAreas(ConfigurationSection root)
    {
        Dictionary<string, OperatingArea> areas = new(StringComparer.Ordinal);
        foreach (var section in root.Sections("areas", isOptional: true))
        {
            var name = section.Text("name", AllowedName, IsName);
            if (!areas.TryAdd(name, ReadArea(section)))
                section.Wrong("name", "occurs twice", "a name that no other area has");
        }

        return areas;
    }

    private static FleetAgency ReadAgency(ConfigurationSection section)
    {
        var agency = new FleetAgency(section.Text("name", AllowedAgency, IsAgency), section.Text("label", AllowedName, IsName));
        section.Finish();
        return agency;
    }

    private static FleetConcentrator ReadConcentrator(ConfigurationSection section, List<FleetConcentrator> others)
    {
        var digits = section.Text("eui", "16 hexadecimal digits", static text => TryParseEui(text, out _));
        if (TryParseEui(digits, out var eui) && others.Exists(other => other.Eui == eui))
            section.Wrong("eui", "occurs twice", "an identity that no other concentrator has");
        var name = section.Text("name", AllowedName, IsName);
        var sources = section.OptionalTexts(
            "allowedSources", "networks such as 10.1.0.0/16 or 2001:db8::7/128", static text => IPNetwork.TryParse(text, out _));
        if (section.Has("latitudeDeg") != section.Has("longitudeDeg"))
            section.Wrong(section.Has("latitudeDeg") ? "longitudeDeg" : "latitudeDeg", "is absent", "latitudeDeg and longitudeDeg together");
        var concentrator = new FleetConcentrator(eui, name)
        {
            AllowedSources = [.. sources.Select(IPNetwork.Parse)],
            LatitudeE5 = section.DegreesE5("latitudeDeg", -90, 90, FleetConcentrator.Unknown),
            LongitudeE5 = section.DegreesE5("longitudeDeg", -180, 180, FleetConcentrator.Unknown),
            AntennaGainDecibelE1 = section.Tenths("antennaGainDbi", -20, 30, 0),
            Region = section.OptionalText("region", "a region of docs/radio-regulation.md", static text => Regions.Find(text).Name == text),
        };
        section.Finish();
        return concentrator;
    }

    private static FleetUnitEntry ReadUnit(
        ConfigurationSection section,
        HashSet<int> numbers,
        HashSet<string> agencies,
        Dictionary<string, OperatingArea> areas,
        UnitKeyReader keys)
    {
        var number = section.Number("unit", 0, FrameHeader.UnitMax);
        if (!numbers.Add(number) && section.Has("unit"))
            section.Wrong("unit", $"{number} occurs twice", "a number that no other unit has");
        var agency = section.Text("agency", AllowedAgency, IsAgency);
        if (agencies.Count > 0 && agency.Length > 0 && !agencies.Contains(agency))
            section.Wrong("agency", $"\"{agency}\" is not one of agencies", "the name of an agency of this file");
        var name = section.Text("name", AllowedName, IsName);
        var area = section.OptionalText("area", "the name of an area of this file", areas.ContainsKey);
        var unit = new FleetUnitEntry(number, agency, name)
        {
            Area = area,
            KeyEpoch = section.Number("keyEpoch", 0, int.MaxValue - 1, 0),
            Key = keys.Read(section, number, "key", isNeeded: true),
            NextKey = keys.Read(section, number, "nextKey", isNeeded: false),
            PreviousKey = keys.Read(section, number, "previousKey", isNeeded: false),
        };
        section.Finish();
        return unit;
    }

    internal static bool IsAgency(string text) =>
        text is not GatewayLevel
        && text.Length is > 0 and <= 64
        && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');

    internal static bool IsName(string text) => text.Length is > 0 and <= NameCharactersMax && !text.Any(char.IsControl);

    private static bool TryParseEui(string text, out ulong eui) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out eui) && text.Length == 16;
}
