using System.Globalization;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.UnitMqtt;

/// <summary>A broker that units publish their frames to themselves, over Wi-Fi.</summary>
/// <param name="Connection">The broker.</param>
/// <param name="TopicRoot">First levels of the units' topics.</param>
public sealed record UnitMqttOptions(MqttServerOptions Connection, string TopicRoot)
{
    /// <summary>Reads an object of <c>ingest.unitMqtt</c>.</summary>
    public static UnitMqttOptions Read(ConfigurationSection server, string gatewayClientId)
    {
        ArgumentNullException.ThrowIfNull(server);
        var options = new UnitMqttOptions(
            MqttServerOptions.Read(server, gatewayClientId),
            server.Text(
                "topicRoot", "levels of letters, digits, '.', '_' and '-' with '/' between them", GatewayConfigurationFile.IsTopicRoot, "patrol/v1/units"));
        server.Finish();
        return options;
    }
}

/// <summary>What the ingests from units' brokers count.</summary>
public sealed class UnitMqttMetrics
{
    public UnitMqttMetrics(GatewayMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Mqtt = new(metrics, "ingest.unit_mqtt");
        Rejections = new(metrics.Meter, "ingest.unit_mqtt.rejections", "Messages of no use, by reason.");
    }

    public MqttIngestMetrics Mqtt { get; }

    public ReasonCounter<UnitMqttRejection> Rejections { get; }
}

/// <summary>
/// Takes frames that units publish to <c>{root}/{unit}/up</c>, one a message (firmware/BoatUnit/Drivers/MqttUplink.cs), and
/// sends frames back on <c>{root}/{unit}/down</c>.
/// </summary>
internal sealed partial class UnitMqttIngest : MqttIngest
{
    private static readonly TopicPair _topics = new("/up", "/down");

    private readonly DatagramBuffer _buffer;
    private readonly UnitMqttMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<UnitMqttIngest> _log;
    private readonly LogSampler<UnitMqttRejection> _sampler;
    private readonly string _begin;

    // Named limit: one for each unit there can be.
    private readonly UnitPath?[] _paths = new UnitPath?[FrameHeader.UnitMax + 1];

    public UnitMqttIngest(
        UnitMqttOptions options,
        DatagramBuffer buffer,
        UnitMqttMetrics metrics,
        IMqttStack stack,
        StageGuard guard,
        TimeProvider time,
        ILogger<UnitMqttIngest> log)
        : base("unit-mqtt", options.Connection, $"{options.TopicRoot}/+{_topics.UplinkEnd}", metrics.Mqtt, stack, guard, time, log)
    {
        _buffer = buffer;
        _metrics = metrics;
        _time = time;
        _log = log;
        _sampler = new LogSampler<UnitMqttRejection>(time);
        _begin = options.TopicRoot + "/";
    }

    /// <inheritdoc/>
    protected override string Broker => "the units' broker";

    /// <inheritdoc/>
    protected override void Take(MqttMessage message)
    {
        _metrics.Mqtt.Messages.Add();
        var rejection = TryTake(message);
        if (rejection == UnitMqttRejection.None)
            _metrics.Mqtt.Frames.Add();
        else
            Reject(rejection, message);
    }

    private UnitMqttRejection TryTake(MqttMessage message)
    {
        if (!TryReadUnit(message.Topic, out var unit))
            return UnitMqttRejection.TopicNotKnown;
        if (message.Retain)
            return UnitMqttRejection.Retained;
        var frame = message.Payload.Span;
        if (frame.IsEmpty)
            return UnitMqttRejection.Empty;
        if (frame.Length > FrameLimits.FrameBytesMax)
            return UnitMqttRejection.TooLong;

        // The header is in clear. A frame shorter than that is the admission's to refuse.
        if (frame.Length >= FrameHeader.LiveBytes && FrameHeader.UnitOf(frame[0], frame[1], frame[2]) != unit)
            return UnitMqttRejection.OtherUnit;
        var reception = IngestArrival.Now(_time, UplinkLink.Wifi, Source);
        reception.Path = _paths[unit] ??= new UnitPath(_topics.AnswerTo(message.Topic), Connection);
        return _buffer.TryAdd(frame, in reception) ? UnitMqttRejection.None : UnitMqttRejection.QueueFull;
    }

    private bool TryReadUnit(string topic, out int unit)
    {
        unit = -1;
        if (!topic.StartsWith(_begin, StringComparison.Ordinal) || !_topics.IsUplink(topic))
            return false;
        var digits = topic.AsSpan(_begin.Length, Math.Max(0, topic.Length - _begin.Length - _topics.UplinkEnd.Length));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out unit)
            && unit <= FrameHeader.UnitMax
            && (digits.Length == 1 || digits[0] != '0');
    }

    private void Reject(UnitMqttRejection rejection, MqttMessage message)
    {
        _metrics.Rejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = message.Payload.Span[..Math.Min(message.Payload.Length, Datagram.FrameBytesMax)];
        Log.Rejected(_log, Source.Name, rejection, suppressed, message.Topic, message.Payload.Length, Convert.ToHexStringLower(shown));
    }

    private sealed class UnitPath(string topic, MqttIngestConnection connection) : IDownlinkPath
    {
        public string Name => topic;

        public UplinkLink Link => UplinkLink.Wifi;

        public Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken) =>
            connection.PublishAsync(new MqttMessage { Topic = topic, Payload = frame }, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(124, LogLevel.Information, "{Source}: not used: {Rejection} ({Suppressed} more not logged); on {Topic}, {Length} bytes begin {Hex}")]
        public static partial void Rejected(
            ILogger log, string source, UnitMqttRejection rejection, long suppressed, string topic, int length, string hex);
    }
}
