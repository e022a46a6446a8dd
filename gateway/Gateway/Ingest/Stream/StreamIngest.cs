using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using BoatTelemetry.Serial;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>
/// Frames from a serial device, from a TCP server such as ser2net, or from those who connect: a receiver on a USB port or
/// at the end of a network. Opens and connects again for ever, waiting ever longer.
/// </summary>
internal sealed partial class StreamIngest : IHostedService, IIngestState, IDisposable
{
    /// <summary>Named limit: connections at once of a stream that others connect to; further ones are closed and counted.</summary>
    public const int ConnectionsMax = 64;

    /// <summary>The configuration's key of where streams listen.</summary>
    public const string ListenKey = "ingest.streams[].listen";

    /// <summary>A stream that stood so long was a good one: the next failure waits little again.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);

    private const int ReadBytesMax = 4096;
    private const int SerialPollMs = 100;

    // Of a peer that is gone without a word the kernel learns after 30 + 3 x 10 s.
    private const int KeepAliveIdleS = 30;
    private const int KeepAliveIntervalS = 10;
    private const int KeepAliveTries = 3;

    private readonly StreamOptions _options;
    private readonly DatagramBuffer _buffer;
    private readonly StreamMetrics _metrics;
    private readonly StageGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger<StreamIngest> _log;
    private readonly LogSampler<StreamRejection> _sampler;
    private readonly FrameStream _single;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _connections = [];
    private TcpListener? _listener;
    private Task _loop = Task.CompletedTask;

    public StreamIngest(
        StreamOptions options,
        DatagramBuffer buffer,
        StreamMetrics metrics,
        StageGuard guard,
        TimeProvider time,
        ILogger<StreamIngest> log)
    {
        _options = options;
        _buffer = buffer;
        _metrics = metrics;
        _guard = guard;
        _time = time;
        _log = log;
        _sampler = new LogSampler<StreamRejection>(time);
        _single = NewStream($"stream {options.Name}");
    }

    /// <summary>Where it listens; null if it does not.</summary>
    public IPEndPoint? LocalEndPoint => (IPEndPoint?)_listener?.LocalEndpoint;

    string IIngestState.Name => _single.Name;

    string? IIngestState.TakesInFrom => LocalEndPoint is { } endPoint ? $"tcp/{endPoint}" : _single.IsAttached ? "its stream" : null;

    /// <inheritdoc/>
    public string Description => LocalEndPoint is { } endPoint ? $"{_single.Name} tcp/{endPoint}" : _single.Name;

    /// <inheritdoc/>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Listen is { } listen)
        {
            _listener = new TcpListener(listen);
            try
            {
                _listener.Start();
            }
            catch (SocketException e)
            {
                throw new ListenException(ListenKey, listen, e);
            }
        }

        _loop = _guard.Run(nameof(StreamIngest), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
        _listener?.Dispose();
        Task[] connections;
        lock (_lock)
            connections = [.. _connections];
        await Task.WhenAll(connections);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _stop.Dispose();
    }

    private Task RunAsync()
    {
        if (_listener is not null)
            return AcceptAsync(_listener);
        return _options.Device is not null ? KeepAsync(UseDeviceAsync) : KeepAsync(UseConnectionAsync);
    }

    private FrameStream NewStream(string name) => new(name, _buffer, _metrics, _time, _sampler, _log);

    // One stream after the other, for ever.
    private async Task KeepAsync(Func<Task> useOne)
    {
        var delay = new ReconnectDelay();
        while (!_stop.IsCancellationRequested)
        {
            var begin = _time.GetTimestamp();
            var why = "ended";
            try
            {
                await useOne();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                why = e.Message;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            if (_stop.IsCancellationRequested)
                return;
            if (_time.GetElapsedTime(begin) > StableAfter)
                delay.Reset();
            var wait = delay.Next();
            _single.Failed(why, wait);
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task UseConnectionAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_options.ConnectHost!, _options.ConnectPort, _stop.Token);
        await ReadAsync(socket, _single);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptSocketAsync(_stop.Token);
                lock (_lock)
                {
                    if (_connections.Count < ConnectionsMax)
                    {
                        Begin(socket);
                        continue;
                    }
                }

                _metrics.ConnectionsRefused.Add();
                socket.Dispose();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // One that was gone before it was accepted; or no more files, which waiting may heal.
                _single.Failed(e.Message, TimeSpan.FromMilliseconds(ReconnectDelay.MinMs));
                await Task.Delay(ReconnectDelay.MinMs, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin(Socket socket)
    {
        var connection = _guard.Run(nameof(StreamIngest), () => ServeAsync(socket));
        _connections.Add(connection);
        _ = connection.ContinueWith(
            ended =>
            {
                lock (_lock)
                    _connections.Remove(ended);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        try
        {
            await ReadAsync(socket, NewStream($"stream {_options.Name} {socket.RemoteEndPoint}"));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It ended, whichever way; whoever wants to send connects again.
        }
    }

    private async Task ReadAsync(Socket socket, FrameStream stream)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleS);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalS);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveTries);
        var bytes = new byte[ReadBytesMax];
        stream.Attach((packet, cancellationToken) => TrySendAsync(socket, packet, cancellationToken));
        try
        {
            while (await socket.ReceiveAsync(bytes, SocketFlags.None, _stop.Token) is > 0 and var read)
                stream.Take(bytes.AsSpan(0, read));
        }
        finally
        {
            stream.Detach();
        }
    }

    private static async Task<bool> TrySendAsync(Socket socket, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        try
        {
            while (!packet.IsEmpty)
                packet = packet[await socket.SendAsync(packet, SocketFlags.None, cancellationToken)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    // A thread of its own: the kernel has no other way to wait for a serial device than to wait.
    private Task UseDeviceAsync() => Task.Factory.StartNew(
        UseDevice, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void UseDevice()
    {
        using var device = SerialDevice.Open(_options.Device!, _options.BaudRate);
        var bytes = new byte[ReadBytesMax];
        _single.Attach((packet, _) => Task.Run(() => device.TryWrite(packet.Span, FrameStream.WriteTimeoutMs)));
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var read = device.Read(bytes, SerialPollMs);
                if (read < 0)
                    return;
                _single.Take(bytes.AsSpan(0, read));
            }
        }
        finally
        {
            _single.Detach();
        }
    }
}
