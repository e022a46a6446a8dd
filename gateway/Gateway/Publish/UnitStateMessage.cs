using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Makes the message that says whether a unit is heard: docs/schemas/unit-state.schema.json.</summary>
internal static class UnitStateMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/unit-state";

    public static MqttMessage Make(FleetUnit unit, UnitTopics topics, in UnitStateValue value, MessageBuffer buffer)
    {
        var json = buffer.Begin();
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteNumber("unit"u8, unit.Unit);
        json.WriteString("name"u8, unit.Name);
        json.WriteString("agency"u8, unit.Agency);
        json.WriteString("state"u8, Word(value.State));
        json.Second("since"u8, value.SinceUtcMs);
        json.Second("heard"u8, value.HeardUtcMs);
        json.WriteNumber("interval_most_s"u8, value.IntervalMs / 1000);
        json.WriteEndObject();
        return new MqttMessage
        {
            Topic = topics.State,
            Payload = buffer.End(),
            Retain = true,
            ContentType = MessageJson.ContentType,
            UserProperties = [new("unit", topics.UnitText), new("schema", Schema)],
        };
    }

    private static string Word(UnitActivityState state) => state switch
    {
        UnitActivityState.Live => "live",
        UnitActivityState.Late => "late",
        _ => "silent",
    };
}
