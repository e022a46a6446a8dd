using System.Globalization;
using System.Text;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Units as a table, for spreadsheets. Keys stand in it wrapped, or not at all.</summary>
internal static class FleetTable
{
    private static readonly string[] _columns =
        ["unit", "agency", "name", "area", "keyEpoch", "keyWrapped", "nextKeyWrapped", "previousKeyWrapped"];

    /// <summary>The table, UTF-8.</summary>
    public static byte[] Write(FleetDocument fleet, FleetWriter keys)
    {
        var text = new StringBuilder();
        CsvTable.AppendLine(text, _columns);
        foreach (var unit in fleet.Units)
        {
            CsvTable.AppendLine(
                text,
                unit.Unit.ToString(CultureInfo.InvariantCulture),
                unit.Agency,
                unit.Name,
                unit.Area,
                unit.KeyEpoch.ToString(CultureInfo.InvariantCulture),
                keys.Text(unit.Unit, unit.Key),
                keys.Text(unit.Unit, unit.NextKey),
                keys.Text(unit.Unit, unit.PreviousKey));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The units of a table, or null; what is wrong is told by line and column, and keys never.</summary>
    public static List<FleetUnitEntry>? Read(string file, WrappingKey? wrappingKey, List<ConfigurationError> errors)
    {
        var reader = new LineReader(Path.GetFileName(file), wrappingKey, errors);
        var errorsBefore = errors.Count;
        List<List<string>>? lines;
        try
        {
            lines = CsvTable.Read(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Wrong(0, "", e.Message.TrimEnd('.'), "a file that can be read");
            return null;
        }

        if (lines is null || lines.Count == 0 || !lines[0].SequenceEqual(_columns, StringComparer.Ordinal))
        {
            reader.Wrong(1, "", "not the table's head", string.Join(',', _columns));
            return null;
        }

        List<FleetUnitEntry> units = [];
        for (var i = 1; i < lines.Count; i++)
        {
            if (reader.Read(i + 1, lines[i]) is { } unit)
                units.Add(unit);
        }

        foreach (var twice in units.GroupBy(unit => unit.Unit).Where(group => group.Count() > 1))
            reader.Wrong(0, "unit", $"{twice.Key} occurs twice", "one line for a unit");
        return errors.Count > errorsBefore ? null : units;
    }

    private sealed class LineReader(string file, WrappingKey? wrappingKey, List<ConfigurationError> errors)
    {
        public void Wrong(int line, string column, string value, string allowed)
        {
            var place = line == 0 ? column : $"line {line.ToString(CultureInfo.InvariantCulture)} {column}".TrimEnd();
            errors.Add(new ConfigurationError(file, place, value, allowed));
        }

        public FleetUnitEntry? Read(int line, List<string> fields)
        {
            if (fields.Count != _columns.Length)
            {
                Wrong(line, "", $"{fields.Count} fields", $"{_columns.Length} fields");
                return null;
            }

            var unit = Number(line, 0, fields, FrameHeader.UnitMax);
            Check(line, 1, FleetFile.IsAgency(fields[1]), FleetFile.AllowedAgency);
            Check(line, 2, FleetFile.IsName(fields[2]), FleetFile.AllowedName);
            return new FleetUnitEntry(unit, fields[1], fields[2])
            {
                Area = fields[3].Length == 0 ? null : fields[3],
                KeyEpoch = fields[4].Length == 0 ? 0 : Number(line, 4, fields, int.MaxValue - 1),
                Key = Key(line, 5, unit, fields),
                NextKey = Key(line, 6, unit, fields),
                PreviousKey = Key(line, 7, unit, fields),
            };
        }

        // What stands in a table may have slipped from the column of keys: it is not shown.
        private void Check(int line, int column, bool isGood, string allowed)
        {
            if (!isGood)
                Wrong(line, _columns[column], "(not shown)", allowed);
        }

        private int Number(int line, int column, List<string> fields, int most)
        {
            var isNumber = int.TryParse(fields[column], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most;
            Check(line, column, isNumber, $"an integer from 0 to {most.ToString(CultureInfo.InvariantCulture)}");
            return isNumber ? number : 0;
        }

        private UnitKey? Key(int line, int column, int unit, List<string> fields)
        {
            if (fields[column].Length == 0)
                return null;
            var key = wrappingKey?.Unwrap(unit, fields[column]);
            Check(line, column, key is not null, wrappingKey is null ? "--from-key-file with what wrapped it" : WrappingKey.Allowed);
            return key;
        }
    }
}
