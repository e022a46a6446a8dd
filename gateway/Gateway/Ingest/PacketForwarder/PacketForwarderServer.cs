using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// The UDP side of the packet-forwarder protocol. For each datagram:
/// 1. read the header; 2. acknowledge, since the forwarder waits 100 ms at the most and counts its losses by it;
/// 3. read the receptions; 4. queue their frames. Nothing that a datagram holds ends the loop.
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

    private const int RetryDelayMaxMs = 1000;

    private readonly IPEndPoint _listen;
    private readonly DatagramBuffer _queue;
    private readonly StageGuard _guard;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<PacketForwarderServer> _log;
    private readonly LogSampler<PacketForwarderRejection> _sampler;
    private readonly PushDataReader _reader = new();
    private readonly byte[] _datagram = new byte[PacketForwarderHeader.DatagramBytesMax];
    private readonly byte[] _ack = new byte[PacketForwarderHeader.AckBytes];
    private readonly CancellationTokenSource _stop = new();
    private Socket? _socket;
    private Task _loop = Task.CompletedTask;
    private int _datagramLength;

    public PacketForwarderServer(
        IPEndPoint listen,
        DatagramBuffer queue,
        StageGuard guard,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<PacketForwarderServer> log)
    {
        _listen = listen;
        _queue = queue;
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _log = log;
        _sampler = new LogSampler<PacketForwarderRejection>(time);
    }

    /// <summary>Where it listens; the configured address until it has started.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint?)_socket?.LocalEndPoint ?? _listen;

    string IIngestState.Name => "packetForwarder";

    string? IIngestState.TakesInFrom => _socket is null ? null : $"udp/{LocalEndPoint}";

    /// <inheritdoc/>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket = Bind();
        }
        catch (SocketException e)
        {
            throw new ListenException(ListenKey, _listen, e);
        }

        _loop = _guard.Run(nameof(PacketForwarderServer), () => ReceiveAsync(_socket, _stop.Token));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
        _socket?.Dispose();
        _queue.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket?.Dispose();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    void IPushDataSink.Received(ReadOnlySpan<byte> frame, in Reception reception)
    {
        if (_queue.TryAdd(frame, in reception))
            _metrics.FramesQueued.Add();
        else
            Reject(PacketForwarderRejection.QueueFull);
    }

    /// <inheritdoc/>
    void IPushDataSink.Refused(PacketForwarderRejection rejection) => Reject(rejection);

    /// <inheritdoc/>
    void IPushDataSink.Statistics() => _metrics.ConcentratorStatistics.Add();

    private Socket Bind()
    {
        var socket = new Socket(_listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = ReceiveBufferBytes };
        if (OperatingSystem.IsWindows())
        {
            // SIO_UDP_CONNRESET: without this, Windows reports an ICMP "port unreachable" after an answer to a
            // forwarder that is gone as an error of the next receive.
            socket.IOControl(unchecked((int)0x9800000C), [0], null);
        }

        try
        {
            socket.Bind(_listen);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync(Socket socket, CancellationToken stop)
    {
        var from = new SocketAddress(socket.AddressFamily);
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _datagramLength = await socket.ReceiveFromAsync(_datagram, SocketFlags.None, from, stop);
                failures = 0;
                var ackLength = Begin(out var header);
                if (ackLength > 0)
                    await AcknowledgeAsync(socket, from, ackLength);
                Finish(header);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // An error that stays must not turn into a busy loop.
                Failed(e);
                var delayMs = Math.Min(RetryDelayMaxMs, 1 << Math.Min(failures++, 10));
                await Task.Delay(TimeSpan.FromMilliseconds(delayMs), _time, CancellationToken.None);
            }
        }
    }

    // An answer that cannot be sent (no route to the forwarder any more) is no reason to lose its frames.
    private async ValueTask AcknowledgeAsync(Socket socket, SocketAddress to, int ackLength)
    {
        try
        {
            await socket.SendToAsync(_ack.AsMemory(0, ackLength), SocketFlags.None, to);
            _metrics.Acknowledgements.Add();
        }
        catch (SocketException e)
        {
            Failed(e);
        }
    }

    private void Failed(SocketException e)
    {
        _metrics.SocketErrors.Add();
        Log.SocketError(_log, e.SocketErrorCode, e.Message);
    }

    private int Begin(out PacketForwarderHeader header)
    {
        _metrics.Datagrams.Add();
        var rejection = PacketForwarderHeader.Read(_datagram.AsSpan(0, _datagramLength), out header);
        if (rejection == PacketForwarderRejection.None)
            return header.TryWriteAck(_ack) ? PacketForwarderHeader.AckBytes : 0;
        Reject(rejection);
        return 0;
    }

    private void Finish(in PacketForwarderHeader header)
    {
        if (header.Version == 0)
            return;
        var body = _datagram.AsSpan(PacketForwarderHeader.Bytes, _datagramLength - PacketForwarderHeader.Bytes);
        var rejection = PacketForwarderRejection.None;
        switch (header.Identifier)
        {
            case PacketForwarderIdentifier.PushData:
                var arrival = new Reception
                {
                    Concentrator = header.Concentrator,
                    ReceivedUtcMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                    ReceivedMonotonicMs = (long)_time.GetElapsedTime(0).TotalMilliseconds,
                };
                rejection = _reader.Read(body, in arrival, this);
                break;
            case PacketForwarderIdentifier.TxAck:
                rejection = TxAck.Read(body, out var ack);
                if (rejection == PacketForwarderRejection.None)
                    _metrics.TxAcks.Add(ack.IsWarning ? TxAckResult.None : ack.Result);
                break;
            default:
                break;
        }

        if (rejection != PacketForwarderRejection.None)
            Reject(rejection);
    }

    private void Reject(PacketForwarderRejection rejection)
    {
        _metrics.PacketForwarderRejections.Add(rejection);
        if (!_log.IsEnabled(LogLevel.Information) || !_sampler.TryTake(rejection, out var suppressed))
            return;
        var shown = Math.Min(_datagramLength, LoggedBytesMax);
        Log.Rejected(_log, rejection, suppressed, _datagramLength, Convert.ToHexStringLower(_datagram.AsSpan(0, shown)));
    }

    private static partial class Log
    {
        [LoggerMessage(101, LogLevel.Information, "Not used: {Rejection} ({Suppressed} more not logged); datagram of {Length} bytes begins {Hex}")]
        public static partial void Rejected(ILogger log, PacketForwarderRejection rejection, long suppressed, int length, string hex);

        [LoggerMessage(102, LogLevel.Warning, "UDP socket: {Error}: {Message}")]
        public static partial void SocketError(ILogger log, SocketError error, string message);
    }
}
