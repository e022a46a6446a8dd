using System.Text.Json;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What a live position's message says beside what all messages of frames say: docs/schemas/position.schema.json.</summary>
internal static class PositionMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/position";

    public static void Write(Utf8JsonWriter json, LivePosition position)
    {
        json.Known("lat_deg"u8, position.LatitudeE5, 5);
        json.Known("lon_deg"u8, position.LongitudeE5, 5);
        json.Known("sog_kn"u8, position.SogDeciknots, 1);
        json.Known("cog_deg"u8, position.CogDeg);
        json.Known("quality"u8, MessageWords.Of(position.Quality));
        json.Known("movement"u8, MessageWords.Of(position.Movement));
        json.WriteBoolean("on_battery"u8, position.OnBattery);
        json.WriteBoolean("alarm"u8, position.Alarm);
        json.WriteBoolean("backlog_pending"u8, position.BacklogPending);
    }
}
