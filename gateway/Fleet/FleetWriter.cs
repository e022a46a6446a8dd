using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>How keys are written.</summary>
internal enum KeyForm
{
    /// <summary>Not at all.</summary>
    Left = 0,

    /// <summary>In clear: into a fleet file that has no wrapping key, and nowhere else.</summary>
    Clear,

    /// <summary>Under a wrapping key.</summary>
    Wrapped,
}

/// <summary>Writes what <see cref="FleetFile"/> reads.</summary>
/// <param name="form">How keys are written.</param>
/// <param name="wrappingKey">Needed to write them wrapped.</param>
internal sealed class FleetWriter(KeyForm form, WrappingKey? wrappingKey)
{
    // Names stand in the file as people read them; it is never put into a page.
    private static readonly JsonWriterOptions _options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fleet as JSON.</summary>
    public byte[] ToJson(FleetDocument fleet)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, _options))
        {
            json.WriteStartObject();
            json.WritePropertyName("area");
            WriteArea(json, null, fleet.Area);
            WriteArray(json, "areas", fleet.Areas, area => WriteArea(json, area.Key, area.Value));
            WriteArray(json, "agencies", fleet.Agencies, agency => WriteAgency(json, agency));
            WriteArray(json, "concentrators", fleet.Concentrators, concentrator => WriteConcentrator(json, concentrator));
            json.WriteStartArray("units");
            foreach (var unit in fleet.Units)
                WriteUnit(json, unit);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>A key as it is written; null for none.</summary>
    public string? Text(int unit, UnitKey? key) => (form, key) switch
    {
        (KeyForm.Left, _) or (_, null) => null,
        (KeyForm.Clear, _) => Convert.ToHexStringLower(key.Bytes),
        _ => wrappingKey!.Wrap(unit, key),
    };

    /// <summary>Puts a file in the place of another, whole or not at all. It may be read by its owner only.</summary>
    /// <exception cref="IOException">It could not be written; what was there still is.</exception>
    public static void Replace(string file, ReadOnlySpan<byte> content)
    {
        var temporary = $"{file}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // The service's group may have been given the file to read.
            options.UnixCreateMode = File.Exists(file) ? File.GetUnixFileMode(file) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                // The umask has cut what it was made with.
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(stream.SafeFileHandle, options.UnixCreateMode!.Value);
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>What to say of a file with keys in clear that other users of the computer can read; null where there is nothing to say.</summary>
    public static string? Exposure(string file, FleetDocument fleet, WrappingKey? wrappingKey)
    {
        var hasClearKeys = wrappingKey is null && fleet.Units.Any(unit => (unit.Key ?? unit.NextKey ?? unit.PreviousKey) is not null);
        return hasClearKeys && !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead)
            ? $"{file} has keys of units in clear, and every user of this computer can read it: chmod 600 {file}"
            : null;
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IReadOnlyCollection<T> items, Action<T> write)
    {
        if (items.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }

    private static void WriteArea(Utf8JsonWriter json, string? name, OperatingArea area)
    {
        json.WriteStartObject();
        if (name is not null)
            json.WriteString("name", name);
        json.WriteNumber("originLatitudeDeg", area.OriginLatitudeE5 / 100_000m);
        json.WriteNumber("originLongitudeDeg", area.OriginLongitudeE5 / 100_000m);
        json.WriteEndObject();
    }

    private static void WriteAgency(Utf8JsonWriter json, FleetAgency agency)
    {
        json.WriteStartObject();
        json.WriteString("name", agency.Name);
        json.WriteString("label", agency.Label);
        json.WriteEndObject();
    }

    private static void WriteConcentrator(Utf8JsonWriter json, FleetConcentrator concentrator)
    {
        json.WriteStartObject();
        json.WriteString("eui", concentrator.Eui.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteString("name", concentrator.Name);
        if (concentrator.AllowedSources.Count > 0)
        {
            json.WriteStartArray("allowedSources");
            foreach (var source in concentrator.AllowedSources)
                json.WriteStringValue(source.ToString());
            json.WriteEndArray();
        }

        if (concentrator.LatitudeE5 != FleetConcentrator.Unknown)
        {
            json.WriteNumber("latitudeDeg", concentrator.LatitudeE5 / 100_000m);
            json.WriteNumber("longitudeDeg", concentrator.LongitudeE5 / 100_000m);
        }

        if (concentrator.AntennaGainDecibelE1 != 0)
            json.WriteNumber("antennaGainDbi", concentrator.AntennaGainDecibelE1 / 10m);
        if (concentrator.Region is not null)
            json.WriteString("region", concentrator.Region);
        json.WriteEndObject();
    }

    private void WriteUnit(Utf8JsonWriter json, FleetUnitEntry unit)
    {
        json.WriteStartObject();
        json.WriteNumber("unit", unit.Unit);
        json.WriteString("agency", unit.Agency);
        json.WriteString("name", unit.Name);
        if (unit.Area is not null)
            json.WriteString("area", unit.Area);
        if (unit.KeyEpoch != 0)
            json.WriteNumber("keyEpoch", unit.KeyEpoch);
        WriteKey(json, unit.Unit, "key", unit.Key);
        WriteKey(json, unit.Unit, "nextKey", unit.NextKey);
        WriteKey(json, unit.Unit, "previousKey", unit.PreviousKey);
        json.WriteEndObject();
    }

    private void WriteKey(Utf8JsonWriter json, int unit, string name, UnitKey? key)
    {
        if (Text(unit, key) is { } text)
            json.WriteString(form == KeyForm.Wrapped ? name + UnitKeyReader.WrappedSuffix : name, text);
    }
}
