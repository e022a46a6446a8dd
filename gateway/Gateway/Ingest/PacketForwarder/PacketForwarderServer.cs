using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// The UDP side of the packet-forwarder protocol. For each datagram:
/// 1. is its source within its rate; 2. read the header; 3. may this source speak for this concentrator; 4. acknowledge,
/// since the forwarder waits 100 ms at the most and counts its losses by it; 5. read what it holds; 6. queue its frames.
/// Nothing that a datagram holds ends the loop.
/// </summary>
/// <remarks>
/// An acknowledgement here is the forwarder's business only: it says that the datagram came, not that a frame is
/// safe. Boats hear of their durable frames after the journal's commit.
/// </remarks>
public sealed partial class PacketForwarderServer : IHostedService, IPushDataSink, IIngestState, IDisposable
{
    /// <summary>Asked of the kernel, which may give less: 1 s of 10,000 datagrams of 400 bytes.</summary>
    public const int ReceiveBufferBytes = 4 * 1024 * 1024;

    /// <summary>The configuration's key of where it listens.</summary>
    public const string ListenKey = "ingest.packetForwarder.listen";

    /// <summary>Bytes of a rejected datagram that the log shows.</summary>
    public const int LoggedBytesMax = 512;

    // Named limit: source addresses whose rates are kept apart. Whoever tries tags at random, or only floods, gets no further than the
    // rate (docs/decisions/counters-and-nonces.md).
    private const int AddressesMax = 4096;

    // What one address may send at once, in seconds' worth.
    private const int BurstS = 1;

    // The air time's ledger ages in steps of 5 min and a half (AirtimeBudget.AgeingSaveMs).
    private static readonly TimeSpan _ageingInterval = TimeSpan.FromMinutes(1);

    private readonly PacketForwarderOptions _options;
    private readonly DatagramBuffer _queue;
    private readonly FleetSource _fleet;
    private readonly PacketForwarderMetrics _ownMetrics;
    private readonly DownlinkServices _downlinks;
    private readonly ConcentratorTable _concentrators;
    private readonly AddressRates _rate;
    private readonly StageGuard _guard;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<PacketForwarderServer> _log;
    private readonly LogSampler<PacketForwarderRejection> _sampler;
    private readonly LogSampler<PullOutcome> _pullSampler;
    private readonly PushDataReader _reader = new();
    private readonly byte[] _ack = new byte[PacketForwarderHeader.AckBytes];
    private Socket? _socket;
    private IPEndPoint? _local;
    private UdpReceiver? _receiver;
    private Task _loop = Task.CompletedTask;
    private ITimer? _ageing;

    // The one that is being taken, and whose.
    private ReadOnlyMemory<byte> _datagram;
    private ConcentratorPeer? _peer;
    private SourceEndPoint _source;

    public PacketForwarderServer(
        PacketForwarderOptions options,
        DownlinkOptions downlinkOptions,
        DownlinkStore store,
        FleetSource fleet,
        DatagramBuffer queue,
        StageGuard guard,
        GatewayMetrics metrics,
        PacketForwarderMetrics ownMetrics,
        TimeProvider time,
        ILogger<PacketForwarderServer> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ownMetrics);
        _options = options;
        _queue = queue;
        _fleet = fleet;
        _guard = guard;
        _metrics = metrics;
        _ownMetrics = ownMetrics;
        _time = time;
        _log = log;
        _sampler = new LogSampler<PacketForwarderRejection>(time);
        _pullSampler = new LogSampler<PullOutcome>(time);
        _rate = new AddressRates(options.DatagramsPerS, options.DatagramsPerS * BurstS, AddressesMax);
        _downlinks = new DownlinkServices(options, downlinkOptions, store, fleet, ownMetrics, metrics, time);
        _concentrators = new ConcentratorTable(_downlinks);
        ownMetrics.Watch(_concentrators);
    }

    /// <summary>Where it listens; the configured address until it has started.</summary>
    public IPEndPoint LocalEndPoint => _local ?? _options.Listen;

    string IIngestState.Name => "packetForwarder";

    string? IIngestState.TakesInFrom => _socket is null ? null : $"udp/{LocalEndPoint}";

    string IIngestState.Description => $"packet-forwarder udp/{LocalEndPoint}";

    /// <inheritdoc/>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _socket = UdpPort.Open(ListenKey, _options.Listen, ReceiveBufferBytes);
        _downlinks.Use(_socket);
        _ageing = _time.CreateTimer(_ => Age(), null, _ageingInterval, _ageingInterval);
        _local = (IPEndPoint?)_socket.LocalEndPoint;
        _receiver = new UdpReceiver(_socket, PacketForwarderHeader.DatagramBytesMax, Take, Failed, _time);
        _loop = _guard.Run(nameof(PacketForwarderServer), _receiver.RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _downlinks.Use(null);
        _receiver?.Stop();
        await _loop;
        if (_ageing is not null)
            await _ageing.DisposeAsync();
        _queue.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ageing?.Dispose();
        _receiver?.Dispose();
    }

    /// <inheritdoc/>
    void IPushDataSink.Received(ReadOnlySpan<byte> frame, in Reception reception)
    {
        if (!_queue.TryAdd(frame, in reception))
        {
            Reject(PacketForwarderRejection.QueueFull);
            return;
        }

        _metrics.FramesQueued.Add();
        _peer!.Tally.Heard();
    }

    /// <inheritdoc/>
    void IPushDataSink.Refused(PacketForwarderRejection rejection) => Reject(rejection);

    /// <inheritdoc/>
    void IPushDataSink.Statistics(in ConcentratorStatistics statistics)
    {
        _metrics.ConcentratorStatistics.Add();
        _peer!.Tally.Told(in statistics);
    }

    private void Take(ReadOnlyMemory<byte> datagram, SocketAddress from)
    {
        _datagram = datagram;
        var ackLength = Begin(from, out var header);
        if (ackLength > 0)
            Acknowledge(from, ackLength);
        if (header.Version != 0)
            Finish(in header);
    }

    // An answer that cannot be sent (no route to the forwarder any more) is no reason to lose its frames.
    private void Acknowledge(SocketAddress to, int ackLength)
    {
        try
        {
            _socket!.SendTo(_ack.AsSpan(0, ackLength), SocketFlags.None, to);
            _metrics.Acknowledgements.Add();
        }
        catch (SocketException e)
        {
            Failed(e);
        }
        catch (ObjectDisposedException)
        {
            // Stopping: the datagram that it is at is taken all the same.
        }
    }

    private void Failed(SocketException e)
    {
        _metrics.SocketErrors.Add();
        Log.SocketError(_log, e.SocketErrorCode, e.Message);
    }

    // The bytes of the acknowledgement; 0 for none. The header's version stays 0 for a datagram that is of no use.
    private int Begin(SocketAddress from, out PacketForwarderHeader header)
    {
        _metrics.Datagrams.Add();
        _peer = null;
        header = default;
        _source = SourceEndPoint.Of(from);
        var rejection = _rate.TryTake(_source.Address, _time.MonotonicMs())
            ? PacketForwarderHeader.Read(_datagram.Span, out header)
            : PacketForwarderRejection.RateExceeded;
        if (rejection == PacketForwarderRejection.None)
            rejection = FindPeer(header.Concentrator);
        if (rejection != PacketForwarderRejection.None)
        {
            header = default;
            Reject(rejection);
            return 0;
        }

        if (header.Identifier == PacketForwarderIdentifier.PullData)
            Pulled(from, in header);
        return header.TryWriteAck(_ack) ? PacketForwarderHeader.AckBytes : 0;
    }

    private PacketForwarderRejection FindPeer(ulong eui)
    {
        var registered = _fleet.Current.FindConcentrator(eui);
        if (registered is null && !_options.TakesUnregistered)
            return PacketForwarderRejection.Unregistered;
        var peer = _concentrators.FindOrAdd(eui);
        if (peer is null)
            return PacketForwarderRejection.ConcentratorsFull;
        if (registered is not null && !peer.IsAllowed(registered, in _source))
            return PacketForwarderRejection.AddressNotAllowed;
        peer.HeardMs = _downlinks.NowMs();
        _peer = peer;
        return PacketForwarderRejection.None;
    }

    private void Pulled(SocketAddress from, in PacketForwarderHeader header)
    {
        var outcome = _peer!.Pulled(from, header.Version, out var before);
        _ownMetrics.PullData.Add(outcome);
        if (outcome == PullOutcome.Same || !_log.IsEnabled(LogLevel.Information) || !_pullSampler.TryTake(outcome, out var suppressed))
            return;
        if (outcome == PullOutcome.Contested)
            Log.PullContested(_log, header.Concentrator, _source, before, suppressed);
        else
            Log.PullLearned(_log, header.Concentrator, _source, header.Version, suppressed);
    }

    private void Finish(in PacketForwarderHeader header)
    {
        var body = _datagram.Span[PacketForwarderHeader.Bytes..];
        var rejection = PacketForwarderRejection.None;
        switch (header.Identifier)
        {
            case PacketForwarderIdentifier.PushData:
                var arrival = IngestArrival.Now(_time, UplinkLink.Lora, _peer!.Source);
                arrival.Path = _peer;
                arrival.Concentrator = header.Concentrator;
                rejection = _reader.Read(body, in arrival, this);
                break;
            case PacketForwarderIdentifier.TxAck:
                rejection = TxAck.Read(body, out var ack);
                if (rejection == PacketForwarderRejection.None)
                    Acknowledged(header.Token, ack);
                break;
            default:
                break;
        }

        if (rejection != PacketForwarderRejection.None)
            Reject(rejection);
    }

    private void Acknowledged(ushort token, TxAck ack)
    {
        _metrics.TxAcks.Add(ack.IsWarning ? TxAckResult.None : ack.Result);
        if (!_peer!.Answered(token, ack, _source.Address))
            _ownMetrics.TxAcksUnexpected.Add();
    }

    private void Age()
    {
        foreach (var peer in _concentrators.All)
            peer.Poll();
    }

    private void Reject(PacketForwarderRejection rejection)
    {
        _metrics.PacketForwarderRejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = Math.Min(_datagram.Length, LoggedBytesMax);
        Log.Rejected(_log, rejection, suppressed, _datagram.Length, Convert.ToHexStringLower(_datagram.Span[..shown]));
    }

    private static partial class Log
    {
        [LoggerMessage(101, LogLevel.Information, "Not used: {Rejection} ({Suppressed} more not logged); datagram of {Length} bytes begins {Hex}")]
        public static partial void Rejected(ILogger log, PacketForwarderRejection rejection, long suppressed, int length, string hex);

        [LoggerMessage(102, LogLevel.Warning, "UDP socket: {Error}: {Message}")]
        public static partial void SocketError(ILogger log, SocketError error, string message);

        [LoggerMessage(103, LogLevel.Information, "Downlinks of concentrator {Concentrator:x16} go to {Address}, protocol version {Version} ({Suppressed} more not logged)")]
        public static partial void PullLearned(ILogger log, ulong concentrator, SourceEndPoint address, byte version, long suppressed);

        [LoggerMessage(104, LogLevel.Warning, "PULL_DATA for concentrator {Concentrator:x16} from {Address} is not followed while that from {Known} is fresh ({Suppressed} more not logged)")]
        public static partial void PullContested(ILogger log, ulong concentrator, SourceEndPoint address, SourceEndPoint known, long suppressed);
    }
}
