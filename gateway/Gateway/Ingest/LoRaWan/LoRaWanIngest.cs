using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>
/// Takes the uplinks of one LoRaWAN network server from its broker: the boat's frame is the payload of the LoRaWAN uplink.
/// Nothing that a message holds ends the connection.
/// </summary>
internal sealed partial class LoRaWanIngest : IHostedService, IIngestStage, ILoRaWanSink, IDisposable
{
    /// <summary>Named limit: devices whose way back is kept. When there are more all are forgotten, and made again as they are heard.</summary>
    public const int DevicesMax = 100_000;

    /// <summary>Bytes of a rejected message that the log shows.</summary>
    public const int LoggedBytesMax = 512;

    private readonly ILoRaWanServer _server;
    private readonly DatagramBuffer _buffer;
    private readonly LoRaWanMetrics _metrics;
    private readonly StageGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger<LoRaWanIngest> _log;
    private readonly LogSampler<LoRaWanRejection> _sampler;
    private readonly MqttIngestConnection _connection;
    private readonly IngestSource _source;
    private readonly Dictionary<string, LoRaWanPath> _paths = [];
    private readonly CancellationTokenSource _stop = new();

    // Of the last link's messages one may still be under way when the next link's come.
    private readonly Lock _lock = new();
    private Task _loop = Task.CompletedTask;
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
    {
        _server = server;
        _buffer = buffer;
        _metrics = metrics;
        _guard = guard;
        _time = time;
        _log = log;
        _sampler = new LogSampler<LoRaWanRejection>(time);
        _source = new IngestSource($"{server.Kind} {server.Connection.Name}");
        _connection = new MqttIngestConnection(server.Connection, server.UplinkFilter, Take, metrics.Mqtt, stack, time, log);
    }

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsConnected => _connection.IsConnected;

    string IIngestState.Name => _source.Name;

    string? IIngestState.TakesInFrom => IsConnected ? "its server's broker" : null;

    /// <inheritdoc/>
    public string Description => _source.Name;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = _guard.Run(nameof(LoRaWanIngest), () => _connection.RunAsync(_stop.Token));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    void ILoRaWanSink.Received(ReadOnlySpan<byte> frame, in Reception reception)
    {
        var heard = reception;
        heard.Link = UplinkLink.Lora;
        heard.Source = _source;
        heard.Path = _path;
        if (_buffer.TryAdd(frame, in heard))
            _metrics.Mqtt.Frames.Add();
        else
            Reject(LoRaWanRejection.QueueFull);
    }

    private void Take(MqttMessage message)
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

            var arrival = IngestArrival.Now(_time, UplinkLink.Lora, _source);
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
        _paths[topic] = _path = new LoRaWanPath(device, _connection);
        return true;
    }

    private void Reject(LoRaWanRejection rejection)
    {
        _metrics.Rejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = _payload.Span[..Math.Min(_payload.Length, LoggedBytesMax)];
        Log.Rejected(_log, _source.Name, rejection, suppressed, _payload.Length, Convert.ToHexStringLower(shown));
    }

    private static partial class Log
    {
        [LoggerMessage(123, LogLevel.Information, "{Source}: not used: {Rejection} ({Suppressed} more not logged); message of {Length} bytes begins {Hex}")]
        public static partial void Rejected(ILogger log, string source, LoRaWanRejection rejection, long suppressed, int length, string hex);
    }
}
