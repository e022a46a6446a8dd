using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

/// <summary>
/// Takes the datagrams of cellular units. For each: 1. is the sender within its rate; 2. take its frames apart; 3. queue
/// them, with the endpoint as the way back. Nothing that a datagram holds ends the loop, and nothing is answered here: an
/// answer to an endpoint that anybody can invent would serve those who flood others.
/// </summary>
internal sealed partial class CellularIngest : IHostedService, IIngestState, IDisposable
{
    /// <summary>Asked of the kernel, which may give less: 1 s of 20,000 datagrams of 100 bytes.</summary>
    public const int ReceiveBufferBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Named limit: endpoints whose way back is kept. When there are more all are forgotten, and made again as they are
    /// heard; those that units were found by stay with who uses them.
    /// </summary>
    public const int EndpointsMax = 65_536;

    /// <summary>Bytes of a rejected datagram that the log shows.</summary>
    public const int LoggedBytesMax = 512;

    private const int DatagramBytesMax = 65_507;

    private readonly CellularOptions _options;
    private readonly DatagramBuffer _buffer;
    private readonly CellularMetrics _metrics;
    private readonly StageGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger<CellularIngest> _log;
    private readonly LogSampler<CellularRejection> _sampler;
    private readonly AddressRates _rates;
    private readonly Dictionary<SourceEndPoint, CellularPath> _paths = [];
    private readonly IngestSource _source = new("cellular");
    private Socket? _socket;
    private IPEndPoint? _local;
    private UdpReceiver? _receiver;
    private Task _loop = Task.CompletedTask;

    public CellularIngest(
        CellularOptions options,
        DatagramBuffer buffer,
        CellularMetrics metrics,
        StageGuard guard,
        TimeProvider time,
        ILogger<CellularIngest> log)
    {
        _options = options;
        _buffer = buffer;
        _metrics = metrics;
        _guard = guard;
        _time = time;
        _log = log;
        _sampler = new LogSampler<CellularRejection>(time);
        _rates = new AddressRates(options.FramesPerSecondMax, options.BurstFramesMax, options.AddressesMax);
    }

    /// <summary>Where it listens; the configured address until it has started.</summary>
    public IPEndPoint LocalEndPoint => _local ?? _options.Listen;

    string IIngestState.Name => "cellular";

    string? IIngestState.TakesInFrom => _socket is null ? null : $"udp/{LocalEndPoint}";

    /// <inheritdoc/>
    public string Description => $"cellular udp/{LocalEndPoint}";

    /// <inheritdoc/>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var socket = UdpPort.Open(CellularOptions.ListenKey, _options.Listen, ReceiveBufferBytes);
        _local = (IPEndPoint?)socket.LocalEndPoint;
        _receiver = new UdpReceiver(socket, DatagramBytesMax, Take, Failed, _time);
        _socket = socket;
        _loop = _guard.Run(nameof(CellularIngest), _receiver.RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _socket, null);
        _receiver?.Stop();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose() => _receiver?.Dispose();

    private void Failed(SocketException e)
    {
        _metrics.SocketErrors.Add();
        Log.SocketError(_log, e.SocketErrorCode, e.Message);
    }

    private void Take(ReadOnlyMemory<byte> received, SocketAddress from)
    {
        var bytes = received.Span;
        _metrics.Datagrams.Add();
        var endpoint = SourceEndPoint.Of(from);
        var reception = IngestArrival.Now(_time, UplinkLink.Cellular, _source);
        var isAllowed = _rates.TryTake(endpoint.Address, reception.ReceivedMonotonicMs);
        if (isAllowed)
            reception.Path = PathOf(endpoint, from);
        var datagram = new FrameDatagram(bytes);
        while (isAllowed && datagram.TryTake(out var frame))
        {
            if (_buffer.TryAdd(frame, in reception))
                _metrics.Frames.Add();
            else
                Reject(CellularRejection.QueueFull, bytes);

            // Each frame has its price, so that a large datagram is no cheaper than many; the first was paid for above.
            isAllowed = !datagram.HasMore || _rates.TryTake(endpoint.Address, reception.ReceivedMonotonicMs);
        }

        if (!isAllowed)
            Reject(CellularRejection.RateLimited, bytes);
        else if (datagram.Rejection != CellularRejection.None)
            Reject(datagram.Rejection, bytes);
    }

    private CellularPath PathOf(SourceEndPoint endpoint, SocketAddress from)
    {
        if (_paths.TryGetValue(endpoint, out var path))
            return path;
        if (_paths.Count >= EndpointsMax)
            _paths.Clear();
        return _paths[endpoint] = new CellularPath(from, () => _socket, _metrics);
    }

    private void Reject(CellularRejection rejection, ReadOnlySpan<byte> bytes)
    {
        _metrics.Rejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = bytes[..Math.Min(bytes.Length, LoggedBytesMax)];
        Log.Rejected(_log, rejection, suppressed, bytes.Length, Convert.ToHexStringLower(shown));
    }

    private static partial class Log
    {
        [LoggerMessage(131, LogLevel.Information, "Cellular: not used: {Rejection} ({Suppressed} more not logged); datagram of {Length} bytes begins {Hex}")]
        public static partial void Rejected(ILogger log, CellularRejection rejection, long suppressed, int length, string hex);

        [LoggerMessage(132, LogLevel.Warning, "Cellular: UDP socket: {Error}: {Message}")]
        public static partial void SocketError(ILogger log, SocketError error, string message);
    }
}
