using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Makes the message about a unit's links: docs/schemas/link.schema.json.</summary>
internal static class LinkMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/link";

    // A broker keeps it until two more should have come.
    private const int ExpiryIntervals = 3;

    public static MqttMessage Make(
        FleetUnit unit, UnitTopics topics, in LinkPeriod period, List<LinkWay> ways, int intervalS, MessageBuffer buffer)
    {
        var json = buffer.Begin();
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteNumber("unit"u8, unit.Unit);
        json.WriteString("name"u8, unit.Name);
        json.WriteString("agency"u8, unit.Agency);
        json.Second("from"u8, period.FromUtcMs);
        json.Second("time"u8, period.ToUtcMs);
        json.WriteNumber("receptions"u8, period.Receptions);
        json.WriteStartArray("ways"u8);
        foreach (var way in ways)
            Write(json, in way);
        json.WriteEndArray();
        json.WriteEndObject();
        return new MqttMessage
        {
            Topic = topics.Link,
            Payload = buffer.End(),
            Retain = true,
            ContentType = MessageJson.ContentType,
            ExpirySeconds = (uint)(intervalS * ExpiryIntervals),
            UserProperties = [new("unit", topics.UnitText), new("schema", Schema)],
        };
    }

    private static void Write(Utf8JsonWriter json, in LinkWay way)
    {
        json.WriteStartObject();
        json.WriteString("link"u8, MessageWords.Of(way.Link));
        if (way.Concentrator != 0)
        {
            Span<byte> eui = stackalloc byte[16];
            way.Concentrator.TryFormat(eui, out _, "x16", CultureInfo.InvariantCulture);
            json.WriteString("concentrator"u8, eui);
        }

        json.WriteNumber("receptions"u8, way.Receptions);
        json.Second("last"u8, way.LastUtcMs);
        json.Known("rssi_least_dbm"u8, way.RssiLeastDbm);
        json.Known("rssi_most_dbm"u8, way.RssiMostDbm);
        json.Known("snr_least_db"u8, way.SnrLeastDecibelE1, 1);
        json.Known("snr_most_db"u8, way.SnrMostDecibelE1, 1);
        json.Known("spreading_factor"u8, way.SpreadingFactor);
        json.WriteEndObject();
    }
}
