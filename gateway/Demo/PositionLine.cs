using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BoatTelemetry.Demo;

/// <summary>A position's message (docs/mqtt.md) as a line for people.</summary>
internal static class PositionLine
{
    /// <param name="payload">The message.</param>
    /// <param name="now">When it arrived here.</param>
    /// <param name="isLive">
    /// Whether the fix is of now: then the latency counts from the fix; for a recorded one, from its reception at the
    /// gateway.
    /// </param>
    /// <param name="id">The message's own name.</param>
    /// <exception cref="JsonException">It is not such a message.</exception>
    public static string Of(ReadOnlyMemory<byte> payload, DateTimeOffset now, bool isLive, out string id)
    {
        using var json = JsonDocument.Parse(payload);
        var position = json.RootElement;
        id = position.GetProperty("id").GetString()!;
        var fixedAt = position.GetProperty("time").GetDateTimeOffset();
        var latency = now - (isLive ? fixedAt : position.GetProperty("received").GetDateTimeOffset());
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{fixedAt:HH:mm:ss}Z  {position.GetProperty("name").GetString(),-10}  ");
        line.Append(DegreesAndMinutes(position.GetProperty("lat_deg").GetDecimal(), 2, 'N', 'S')).Append(' ');
        line.Append(DegreesAndMinutes(position.GetProperty("lon_deg").GetDecimal(), 3, 'E', 'W'));
        line.Append(CultureInfo.InvariantCulture, $"  SOG {Number(position, "sog_kn", "0.0"),5} kn  COG {Number(position, "cog_deg", "000"),3}");
        if (position.GetProperty("receptions").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } best)
        {
            line.Append(
                CultureInfo.InvariantCulture, $"  RSSI {Number(best, "rssi_dbm", "0"),4} dBm  SNR {Number(best, "snr_db", "0.0"),5} dB");
        }

        line.Append(CultureInfo.InvariantCulture, $"  latency {latency.TotalMilliseconds,4:0} ms");
        return line.ToString();
    }

    private static string Number(JsonElement of, string name, string format) =>
        of.TryGetProperty(name, out var value) ? value.GetDecimal().ToString(format, CultureInfo.InvariantCulture) : "-";

    // As mariners write it. Rounded before it is split, so that 60.000 minutes never appear.
    private static string DegreesAndMinutes(decimal angle, int degreeDigits, char positive, char negative)
    {
        var thousandths = (long)decimal.Round(Math.Abs(angle) * 60_000);
        var degrees = (thousandths / 60_000).ToString(CultureInfo.InvariantCulture).PadLeft(degreeDigits, '0');
        return string.Create(
            CultureInfo.InvariantCulture, $"{degrees}°{thousandths % 60_000 / 1000m:00.000}'{(angle < 0 ? negative : positive)}");
    }
}
