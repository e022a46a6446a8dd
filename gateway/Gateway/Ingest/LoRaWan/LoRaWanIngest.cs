using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>
/// Takes the uplinks of one LoRaWAN network server from its broker: the boat's frame is the payload of the LoRaWAN uplink.
/// Nothing that a message holds ends the connection.
/// </summary>
internal sealed partial class LoRaWanIngest : MqttIngest, ILoRaWanSink
{
    /// <summary>Named limit: devices whose way back is kept. When there are more all are forgotten, and made again as they are heard.</summary>
    public const int DevicesMax = 100_000;

    /// <summary>Bytes of a rejected message that the log shows.</summary>
    public const int LoggedBytesMax = 512;

    private readonly ILoRaWanServer _server;
    private readonly DatagramBuffer _buffer;
    private readonly LoRaWanMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<LoRaWanIngest> _log;
    private readonly LogSampler<LoRaWanRejection> _sampler;
    private readonly Dictionary<string, LoRaWanPath> _paths = [];

    // Of the last link's messages one may still be under way when the next link's come.
    private readonly Lock _lock = new();
    private LoRaWanPath? _path;
    private ReadOnlyMemory<byte> _payload;

    public LoRaWanIngest(
        ILoRaWanServer server,
        DatagramBuffer buffer,
        LoRaWanMetrics metrics,
        IMqttStack stack,
        StageGuard guard,
        TimeProvider time,
        ILogger<LoRaWanIngest> log)
        : base(server.Kind, server.Connection, server.UplinkFilter, metrics.Mqtt, stack, guard, time, log)
    {
        _server = server;
        _buffer = buffer;
        _metrics = metrics;
        _time = time;
        _log = log;
        _sampler = new LogSampler<LoRaWanRejection>(time);
    }

    /// <inheritdoc/>
    protected override string Broker => "its server's broker";

    /// <inheritdoc/>
    void ILoRaWanSink.Received(ReadOnlySpan<byte> frame, in Reception reception)
    {
        var heard = reception;
        heard.Link = UplinkLink.Lora;
        heard.Source = Source;
        heard.Path = _path;
        if (_buffer.TryAdd(frame, in heard))
            _metrics.Mqtt.Frames.Add();
        else
            Reject(LoRaWanRejection.QueueFull);
    }

    /// <inheritdoc/>
    protected override void Take(MqttMessage message)
    {
        lock (_lock)
        {
            _metrics.Mqtt.Messages.Add();
            _payload = message.Payload;
            if (!TryFindPath(message.Topic))
            {
                Reject(LoRaWanRejection.TopicNotKnown);
                return;
            }

            var arrival = IngestArrival.Now(_time, UplinkLink.Lora, Source);
            var rejection = _server.Reader.Read(message.Payload.Span, in arrival, this);
            if (rejection != LoRaWanRejection.None)
                Reject(rejection);
        }
    }

    private bool TryFindPath(string topic)
    {
        if (_paths.TryGetValue(topic, out _path))
            return true;
        if (_server.DeviceOf(topic) is not { } device)
            return false;
        if (_paths.Count >= DevicesMax)
            _paths.Clear();
        _paths[topic] = _path = new LoRaWanPath(device, Connection);
        return true;
    }

    private void Reject(LoRaWanRejection rejection)
    {
        _metrics.Rejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = _payload.Span[..Math.Min(_payload.Length, LoggedBytesMax)];
        Log.Rejected(_log, Source.Name, rejection, suppressed, _payload.Length, Convert.ToHexStringLower(shown));
    }

    private static partial class Log
    {
        [LoggerMessage(123, LogLevel.Information, "{Source}: not used: {Rejection} ({Suppressed} more not logged); message of {Length} bytes begins {Hex}")]
        public static partial void Rejected(ILogger log, string source, LoRaWanRejection rejection, long suppressed, int length, string hex);
    }
}
