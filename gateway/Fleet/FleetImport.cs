using System.Globalization;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Takes units, areas, agencies and concentrators into a fleet.</summary>
internal static class FleetImport
{
    /// <summary>
    /// The fleet with what was imported: it replaces what has its number or name, and is added otherwise. A unit that comes without a key
    /// keeps those that it has, and takes the next key that it may bring. Null if the result would be no fleet; then <paramref name="errors"/> has why.
    /// </summary>
    public static FleetDocument? Merge(FleetDocument fleet, FleetDocument imported, string file, List<ConfigurationError> errors)
    {
        var errorsBefore = errors.Count;
        var before = fleet.Units.ToDictionary(unit => unit.Unit);
        var areas = Merge(fleet.Areas, imported.Areas, area => area.Key).ToDictionary(StringComparer.Ordinal);
        var agencies = Merge(fleet.Agencies, imported.Agencies, agency => agency.Name);
        var units = Merge(fleet.Units, [.. imported.Units.Select(unit => WithKeys(unit, before.GetValueOrDefault(unit.Unit)))], unit => unit.Unit);
        if (!IsSame(fleet.Area, imported.Area))
            errors.Add(new ConfigurationError(file, "area", "is another one than in what is imported", "the same area, or areas with names"));
        foreach (var area in imported.Areas.Where(area => fleet.Areas.TryGetValue(area.Key, out var other) && !IsSame(area.Value, other)))
            errors.Add(new ConfigurationError(file, "areas", $"\"{area.Key}\" lies elsewhere in what is imported", "another name for another area"));
        foreach (var unit in imported.Units)
        {
            if (unit.Key is null && before.GetValueOrDefault(unit.Unit) is null)
                Wrong(unit, "key", "is absent", "a key, since the fleet has none for this unit");
            if (unit.Key is { } key && before.GetValueOrDefault(unit.Unit)?.Key is { } known && !key.Bytes.SequenceEqual(known.Bytes))
                Wrong(unit, "key", "is another one than the fleet's, which a boat may be using", "the same key or none; remove the unit from the fleet first if its number is given anew");
            if (unit.Area is not null && !areas.ContainsKey(unit.Area))
                Wrong(unit, "area", "is not known", "the name of an area of the fleet");
            if (agencies.Count > 0 && !agencies.Exists(agency => agency.Name == unit.Agency))
                Wrong(unit, "agency", "is not known", "the name of an agency of the fleet");
        }

        if (errors.Count > errorsBefore)
            return null;
        return fleet with
        {
            Areas = areas,
            Agencies = agencies,
            Concentrators = Merge(fleet.Concentrators, imported.Concentrators, concentrator => concentrator.Eui),
            Units = units,
        };

        void Wrong(FleetUnitEntry unit, string key, string value, string allowed) => errors.Add(
            new ConfigurationError(file, $"unit {unit.Unit.ToString(CultureInfo.InvariantCulture)} {key}", value, allowed));
    }

    private static bool IsSame(OperatingArea one, OperatingArea other) =>
        one.OriginLatitudeE5 == other.OriginLatitudeE5 && one.OriginLongitudeE5 == other.OriginLongitudeE5;

    private static FleetUnitEntry WithKeys(FleetUnitEntry unit, FleetUnitEntry? before) => unit.Key is not null || before is null
        ? unit
        : unit with { KeyEpoch = before.KeyEpoch, Key = before.Key, NextKey = unit.NextKey ?? before.NextKey, PreviousKey = before.PreviousKey };

    private static List<T> Merge<T, TKey>(IEnumerable<T> present, IReadOnlyCollection<T> imported, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        var replaced = imported.Select(keyOf).ToHashSet();
        return [.. present.Where(item => !replaced.Contains(keyOf(item))), .. imported];
    }
}
