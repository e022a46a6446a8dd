using System.Text.Json;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What became of a request at once; a word of the answer.</summary>
public enum CommandOutcome
{
    /// <summary>It waits, durable, for its unit.</summary>
    Accepted = 0,

    /// <summary>No JSON object, one that is too long, or with a key that is not known, twice there, or of the wrong kind.</summary>
    Malformed,

    /// <summary>There is no such command.</summary>
    UnknownCommand,

    /// <summary>A key that the command needs is absent.</summary>
    Incomplete,

    /// <summary>A number outside its range.</summary>
    BadValue,

    /// <summary>A retained request: it would come again with each connection.</summary>
    Retained,

    /// <summary>The unit is not in the fleet, or not of the agency that the topic names.</summary>
    UnknownUnit,

    /// <summary>The response topic has a wildcard, or lies below the gateway's own topics; nothing is answered.</summary>
    BadResponseTopic,

    /// <summary>Too many requests wait to be looked at; nothing is answered.</summary>
    Busy,

    /// <summary>The response topic or the correlation data is too long.</summary>
    TooLong,

    /// <summary>A change of key, and the fleet has no next key for this unit.</summary>
    NoNextKey,

    /// <summary>As many commands wait for the unit, or for all, as may.</summary>
    QueueFull,

    /// <summary>It could not be made durable.</summary>
    StorageFailed,
}

/// <summary>
/// Reads the JSON of a request (docs/schemas/command.schema.json). Keys that the command does not have are refused: an order is
/// carried out as given, or not given.
/// </summary>
internal static class CommandRequestReader
{
    /// <summary>Named limit: bytes of a request.</summary>
    public const int BytesMax = 1024;

    /// <summary>The furthest expiry, s.</summary>
    public const int ExpiryMaxS = Downlink.CommandQueue.ExpiryMaxS;

    private const int UInt16Max = 65_535;
    private const int ByteMax = 255;

    /// <summary>Fills <paramref name="command"/>, its expiry counted from <paramref name="nowUtcMs"/>.</summary>
    public static CommandOutcome Read(ReadOnlyMemory<byte> payload, long nowUtcMs, Command command)
    {
        command.Clear();
        if (payload.Length > BytesMax)
            return CommandOutcome.Malformed;
        try
        {
            using var json = JsonDocument.Parse(payload, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? Read(new Keys(json.RootElement), nowUtcMs, command)
                : CommandOutcome.Malformed;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is its word for escaped text that is not Unicode.
            return CommandOutcome.Malformed;
        }
    }

    /// <summary>The name of a command; null of one that has none.</summary>
    public static string? NameOf(CommandKind kind) => kind switch
    {
        CommandKind.ReportInterval => "report_interval",
        CommandKind.StatusRequest => "status_request",
        CommandKind.BacklogRange => "backlog_range",
        CommandKind.SosAcknowledged => "sos_acknowledged",
        CommandKind.KeyChange => "key_change",
        _ => null,
    };

    private static CommandOutcome Read(Keys keys, long nowUtcMs, Command command)
    {
        var name = keys.Text("command");
        command.ExpiryUtcMs = nowUtcMs + (keys.Number("expires_in_s", 1, ExpiryMaxS) * 1000);
        switch (name)
        {
            case "report_interval":
                command.Kind = CommandKind.ReportInterval;
                command.LiveIntervalS = (int)keys.Number("live_interval_s", 0, UInt16Max, 0);
                command.TrackIntervalS = (int)keys.Number("track_interval_s", 0, ByteMax, 0);
                command.DurationMin = (int)keys.Number("duration_min", 0, UInt16Max, 0);
                break;
            case "status_request":
                command.Kind = CommandKind.StatusRequest;
                command.LongStatus = keys.Boolean("long");
                break;
            case "backlog_range":
                command.Kind = CommandKind.BacklogRange;
                command.FromCounter = (uint)keys.Number("from_counter", 0, uint.MaxValue);
                command.ToCounter = (uint)keys.Number("to_counter", command.FromCounter, uint.MaxValue);
                break;
            case "sos_acknowledged":
                command.Kind = CommandKind.SosAcknowledged;
                command.EventCounter = (uint)keys.Number("event_counter", 0, uint.MaxValue);
                command.SosCode = (int)keys.Number("code", 0, ByteMax, 0);
                break;
            case "key_change":
                command.Kind = CommandKind.KeyChange;
                break;
            default:
                return name is null ? keys.Outcome : CommandOutcome.UnknownCommand;
        }

        return keys.Finish();
    }

    /// <summary>The keys of the object; the first thing wrong with them is what counts.</summary>
    private sealed class Keys(JsonElement json)
    {
        private int _asked;

        public CommandOutcome Outcome { get; private set; }

        public string? Text(string key)
        {
            if (!TryGet(key, isNeeded: true, out var value))
                return null;
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
            Wrong(CommandOutcome.Malformed);
            return null;
        }

        public bool Boolean(string key)
        {
            if (!TryGet(key, isNeeded: false, out var value))
                return false;
            if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                Wrong(CommandOutcome.Malformed);
            return value.ValueKind == JsonValueKind.True;
        }

        public long Number(string key, long least, long most, long? byDefault = null)
        {
            if (!TryGet(key, byDefault is null, out var value))
                return byDefault ?? least;
            if (value.ValueKind != JsonValueKind.Number)
                Wrong(CommandOutcome.Malformed);
            else if (!value.TryGetInt64(out var number) || number < least || number > most)
                Wrong(CommandOutcome.BadValue);
            else
                return number;
            return least;
        }

        /// <summary>What is wrong, or that a key stands there that nobody asked for.</summary>
        public CommandOutcome Finish()
        {
            if (json.EnumerateObject().Count() > _asked)
                Wrong(CommandOutcome.Malformed);
            return Outcome;
        }

        private bool TryGet(string key, bool isNeeded, out JsonElement value)
        {
            if (json.TryGetProperty(key, out value))
            {
                _asked++;
                return true;
            }

            if (isNeeded)
                Wrong(CommandOutcome.Incomplete);
            return false;
        }

        private void Wrong(CommandOutcome outcome) => Outcome = Outcome == CommandOutcome.Accepted ? outcome : Outcome;
    }
}
