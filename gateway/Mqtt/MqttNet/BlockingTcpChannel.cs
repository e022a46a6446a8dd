using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// A TCP connection without TLS whose reads and writes block in the kernel, for threads that do nothing else. MQTTnet's channel goes through
/// the runtime's poller, which is woken by every segment that comes in, whether anybody waits for it or not: a third of what receiving
/// PUBACKs cost (perf, November 2026).
/// </summary>
/// <remarks>
/// For Linux, where shutting a socket down ends what blocks on it. On Windows only closing it does, and on macOS nothing ends a connect.
/// </remarks>
/// <param name="remote">Where it connects to.</param>
/// <param name="bufferBytes">The kernel's buffers, each way.</param>
[SupportedOSPlatform("linux")]
internal sealed class BlockingTcpChannel(EndPoint remote, int bufferBytes) : IMqttChannel
{
    // IPPROTO_TCP and TCP_QUICKACK (tcp(7), netinet/tcp.h), which .NET has no names for.
    private const int TcpLevel = 6;
    private const int QuickAck = 12;
    private static readonly byte[] _on = BitConverter.GetBytes(1);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveBufferSize = bufferBytes,
        SendBufferSize = bufferBytes,
    };

    // Each is held during the call, so that the socket is not disposed under it: .NET would end the call by resetting the connection, and what
    // was sent last might be lost.
    private readonly Lock _reading = new();
    private readonly Lock _writing = new();
    private volatile bool _isClosed;
    private bool _acknowledgesLate;

    public X509Certificate2? ClientCertificate => null;

    public EndPoint? RemoteEndPoint { get; private set; }

    public EndPoint? LocalEndPoint { get; private set; }

    public bool IsSecureConnection => false;

    /// <inheritdoc/>
    /// <exception cref="SocketException">Nobody answers there, or the name is not known.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the channel is closed then.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var registration = cancellationToken.UnsafeRegister(static channel => ((BlockingTcpChannel)channel!).Dispose(), this);
        try
        {
            // The socket would not block any more after ConnectAsync.
            await Task.Factory.StartNew(
                () => _socket.Connect(remote), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            (RemoteEndPoint, LocalEndPoint) = (_socket.RemoteEndPoint, _socket.LocalEndPoint);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public Task DisconnectAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Blocks, whatever becomes of the token, until something comes or the channel is closed: 0 then.</remarks>
    /// <exception cref="SocketException">The connection broke.</exception>
    public Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        try
        {
            lock (_reading)
            {
                var received = _socket.Receive(buffer, offset, count, SocketFlags.None);
                if (received > 0)
                    AcknowledgeAtOnce();
                return Task.FromResult(received);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException && _isClosed)
        {
            return Task.FromResult(0);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Blocks, whatever becomes of the token, until the kernel has taken all.</remarks>
    /// <exception cref="SocketException">The connection broke, or the channel was closed.</exception>
    public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken)
    {
        lock (_writing)
        {
            foreach (var part in buffer)
            {
                for (var rest = part.Span; !rest.IsEmpty;)
                    rest = rest[_socket.Send(rest, SocketFlags.None)..];
            }
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _isClosed = true;
        try
        {
            // Ends a read and a write under way.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected, or no more: disposing ends a connect under way.
        }

        lock (_reading)
        {
            lock (_writing)
                _socket.Dispose();
        }
    }

    // mosquitto leaves Nagle's algorithm on (RFC 1122 section 4.2.3.4) unless it is told otherwise: it keeps small packets back, and so gathers
    // them, until what it sent before is acknowledged, which the kernel here may put off by 40 ms where nothing is sent the other way.
    private void AcknowledgeAtOnce()
    {
        if (_acknowledgesLate)
            return;
        try
        {
            _socket.SetRawSocketOption(TcpLevel, QuickAck, _on);
        }
        catch (SocketException)
        {
            // A sandbox that does not know the option: what was read counts all the same.
            _acknowledgesLate = true;
        }
    }
}
