using System.Globalization;
using System.Text.Json;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>How one concentrator, or another way, heard a frame. What was not told is null.</summary>
internal sealed record RadioReception(string Way, double? RssiDbm, double? SnrDb, int? SpreadingFactor);

/// <summary>A frame of a unit as the gateway published it (docs/mqtt.md).</summary>
/// <param name="Id">Unique for the frame.</param>
/// <param name="IsLive">Whether its counter is the live one.</param>
/// <param name="Counter">The whole 32 bits.</param>
/// <param name="Received">When the gateway first had it.</param>
/// <param name="Receptions">First come first.</param>
internal sealed record RadioFrame(string Id, bool IsLive, uint Counter, DateTimeOffset Received, IReadOnlyList<RadioReception> Receptions)
{
    /// <summary>Degrees x 10^5; null if the message has none.</summary>
    public int? LatitudeE5 { get; init; }

    /// <inheritdoc cref="LatitudeE5"/>
    public int? LongitudeE5 { get; init; }

    /// <summary>The frame in a message, or null if it is none of a frame.</summary>
    public static RadioFrame? Of(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("receptions", out var receptions) || receptions.ValueKind != JsonValueKind.Array)
                return null;
            var id = json.GetProperty("id").GetString()!;
            return new RadioFrame(
                id,
                id.Contains("-live-", StringComparison.Ordinal),
                json.GetProperty("counter").GetUInt32(),
                DateTimeOffset.Parse(json.GetProperty("received").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                [.. receptions.EnumerateArray().Select(Reception)])
            {
                LatitudeE5 = DegreesE5(json, "lat_deg"),
                LongitudeE5 = DegreesE5(json, "lon_deg"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RadioReception Reception(JsonElement json) => new(
        Text(json, "concentrator") ?? Text(json, "link") ?? "unknown",
        Number(json, "rssi_dbm"),
        Number(json, "snr_db"),
        (int?)Number(json, "spreading_factor"));

    private static int? DegreesE5(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.TryGetDecimal(out var degrees) ? (int)decimal.Round(degrees * 100_000) : null;

    private static double? Number(JsonElement json, string key) => json.TryGetProperty(key, out var value) && value.TryGetDouble(out var number) ? number : null;

    private static string? Text(JsonElement json, string key) => json.TryGetProperty(key, out var value) ? value.GetString() : null;
}
