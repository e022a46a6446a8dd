using System.Text.Json;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Makes the answers to a request for a command: docs/schemas/command-answer.schema.json.</summary>
internal static class CommandAnswerMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/command-answer";

    private static readonly string[] _reasons =
        [.. Enum.GetNames<CommandOutcome>().Select(static name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name))];

    /// <summary>What became of a request at once.</summary>
    public static MqttMessage AtOnce(
        CommandOutcome outcome, int unit, string? command, long id, long utcMs, string topic, ReadOnlyMemory<byte> correlation, MessageBuffer buffer)
    {
        var json = Begin(buffer, unit, command);
        json.WriteString("outcome"u8, outcome == CommandOutcome.Accepted ? "accepted"u8 : "refused"u8);
        if (outcome == CommandOutcome.Accepted)
            json.WriteNumber("command_id"u8, id);
        else
            json.WriteString("reason"u8, _reasons[(int)outcome]);
        json.Millisecond("time"u8, utcMs);
        json.WriteEndObject();
        return Message(topic, correlation, buffer);
    }

    /// <summary>How a command ended.</summary>
    public static MqttMessage Ended(EndedCommand ended, MessageBuffer buffer)
    {
        var json = Begin(buffer, ended.Unit, CommandRequestReader.NameOf(ended.Kind));
        var (outcome, reason) = WordsOf(ended.End);
        json.WriteString("outcome"u8, outcome);
        json.Known("reason"u8, reason);
        json.WriteNumber("command_id"u8, ended.Id);
        json.WriteNumber("sends"u8, ended.Sends);
        json.Millisecond("requested"u8, ended.QueuedUtcMs);
        json.Millisecond("time"u8, ended.EndedUtcMs);
        json.WriteEndObject();
        return Message(ended.ResponseTopic!, ended.Correlation, buffer);
    }

    private static Utf8JsonWriter Begin(MessageBuffer buffer, int unit, string? command)
    {
        var json = buffer.Begin();
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteNumber("unit"u8, unit);
        json.Known("command"u8, command);
        return json;
    }

    private static MqttMessage Message(string topic, ReadOnlyMemory<byte> correlation, MessageBuffer buffer) => new()
    {
        Topic = topic,
        Payload = buffer.End(),
        ContentType = MessageJson.ContentType,
        CorrelationData = correlation,
        UserProperties = [new("schema", Schema)],
    };

    private static (string Outcome, string? Reason) WordsOf(CommandEnd end) => end switch
    {
        CommandEnd.Done => ("done", null),
        CommandEnd.RefusedNotUnderstood => ("refused_by_unit", "not_understood"),
        CommandEnd.RefusedOutOfRange => ("refused_by_unit", "out_of_range"),
        CommandEnd.RefusedExpired => ("refused_by_unit", "expired"),
        CommandEnd.ExpiredUnsent => ("expired", "unsent"),
        CommandEnd.ExpiredUnanswered => ("expired", "unanswered"),
        CommandEnd.UnitGone => ("failed", "unit_gone"),
        _ => ("failed", null),
    };
}
