using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Reads the fleet file; its keys are described in docs/gateway-config.md.</summary>
public static class FleetFile
{
    /// <summary>The level below the topic root where the gateways tell their own state: no agency may have its name.</summary>
    public const string GatewayLevel = "gateway";

    private const int NameCharactersMax = 100;

    /// <summary>The fleet, or null if anything is wrong; then all of it is in <paramref name="errors"/>.</summary>
    public static FleetRegistry? Load(string file, List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var json = new ConfigurationFile(file, errors, holdsSecrets: true);
        return json.IsRead ? Read(json, errors) : null;
    }

    internal static FleetRegistry? Read(ConfigurationFile json, List<ConfigurationError> errors)
    {
        var errorsBefore = errors.Count;
        var root = json.Root;
        var area = root.Section("area");
        var latitudeE5 = area.DegreesE5("originLatitudeDeg", -90, 90, OperatingArea.Indonesia.OriginLatitudeE5);
        var longitudeE5 = area.DegreesE5("originLongitudeDeg", -180, 180, OperatingArea.Indonesia.OriginLongitudeE5);
        area.Finish();
        List<FleetUnit> units = [];
        HashSet<int> numbers = [];
        foreach (var section in root.Sections("units"))
        {
            if (ReadUnit(section, numbers) is { } unit)
                units.Add(unit);
        }

        root.Finish();
        return errors.Count > errorsBefore ? null : new FleetRegistry(new OperatingArea(latitudeE5, longitudeE5), units);
    }

    private static FleetUnit? ReadUnit(ConfigurationSection section, HashSet<int> numbers)
    {
        var number = section.Number("unit", 0, FrameHeader.UnitMax);
        if (!numbers.Add(number) && section.Has("unit"))
            section.Wrong("unit", $"{number} occurs twice", "a number that no other unit has");
        var agency = section.Text(
            "agency",
            $"1 to 64 lower-case letters, digits, '_' and '-', and not \"{GatewayLevel}\"",
            IsAgency);
        var name = section.Text(
            "name",
            $"1 to {NameCharactersMax} characters",
            static text => text.Length is > 0 and <= NameCharactersMax && !text.Any(char.IsControl));
        var key = section.SecretHex("key", PlatformAesCcm.KeyBytes);
        section.Finish();
        return key.Length == 0 ? null : new FleetUnit(number, agency, name, new PlatformAesCcm(key));
    }

    private static bool IsAgency(string text) =>
        text is not GatewayLevel
        && text.Length is > 0 and <= 64
        && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
