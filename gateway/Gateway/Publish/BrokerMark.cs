using System.Buffers;
using System.Text.Json;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// A retained message with the number up to which everything is delivered, when it is due, and what a connection brings back of it.
/// One object an outlet; a link's thread tells it what comes in.
/// </summary>
internal sealed class BrokerMark(string topicRoot, string clientId, TimeProvider time)
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/gateway-delivered";

    /// <summary>How often it is published while numbers are delivered.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A broker sends what is retained with its answer to the subscription, before it answers a later publish; this is for one that does not.
    /// </summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private volatile TaskCompletionSource<long> _received = NewSignal();
    private long _publishedAt;
    private long _published = -1;

    /// <summary>Where it stands; each connection subscribes to it.</summary>
    public string Topic { get; } = $"{topicRoot}/{FleetFile.GatewayLevel}/{clientId}/delivered";

    /// <summary>A connection begins: what an earlier one brought does not count.</summary>
    public void Begin()
    {
        _received = NewSignal();
        _published = -1;
    }

    /// <summary>Takes what a connection brings; anything else is left alone.</summary>
    public void Received(MqttMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Topic == Topic && message.Retain && TryRead(message.Payload.Span, out var number))
            _received.TrySetResult(number);
    }

    /// <summary>The number that the broker of this connection remembers; null if it remembers none. After the subscription and a publish behind it that it has acknowledged.</summary>
    public async Task<long?> RememberedAsync(CancellationToken cancellationToken)
    {
        var received = _received;
        await Task.WhenAny(received.Task, Task.Delay(Grace, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return received.Task.IsCompletedSuccessfully ? await received.Task : null;
    }

    /// <summary>How long until one is due; null if none is.</summary>
    public TimeSpan? DueIn(long delivered)
    {
        if (delivered == 0 || delivered == _published)
            return null;
        var left = _published < 0 ? TimeSpan.Zero : Interval - time.GetElapsedTime(_publishedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The message, if it is time for one; null otherwise. Everything up to the number is delivered.</summary>
    public MqttMessage? Due(long delivered)
    {
        if (DueIn(delivered) != TimeSpan.Zero)
            return null;
        _published = delivered;
        _publishedAt = time.GetTimestamp();
        return Make(delivered);
    }

    private static TaskCompletionSource<long> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool TryRead(ReadOnlySpan<byte> payload, out long number)
    {
        number = 0;
        try
        {
            var json = new Utf8JsonReader(payload);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("number"u8))
                    return json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out number) && number >= 0;
            }
        }
        catch (JsonException)
        {
            // Somebody else's: as good as none.
        }

        return false;
    }

    private MqttMessage Make(long delivered)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteString("gateway"u8, clientId);
        json.WriteNumber("number"u8, delivered);
        json.WriteEndObject();
        json.Flush();
        return new MqttMessage
        {
            Topic = Topic,
            Payload = buffer.WrittenMemory,
            Retain = true,
            ContentType = MessageJson.ContentType,
            UserProperties = [new("schema", Schema)],
        };
    }
}
