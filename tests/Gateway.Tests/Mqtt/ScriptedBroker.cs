using System.Net;
using System.Net.Sockets;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>
/// An acceptor that answers CONNECT with the CONNACK it was given, PUBLISH as it is told, and SUBSCRIBE, but no PINGREQ: no well-behaved broker
/// can be made to do so.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private const int ConnectType = 1;
    private const int PublishType = 3;
    private const int SubscribeType = 8;
    private const int PingReqType = 12;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[]? _connack;
    private readonly Func<ushort, byte[]?> _answerPublish;
    private readonly Func<ushort, byte[]?> _answerSubscribe;
    private readonly SemaphoreSlim _published = new(0);
    private readonly SemaphoreSlim _subscribed = new(0);
    private readonly SemaphoreSlim _pinged = new(0);
    private readonly Task _run;
    private TcpClient? _client;

    /// <summary>Starts listening.</summary>
    /// <param name="connack">The whole packet; null never answers.</param>
    /// <param name="answerPublish">From the packet identifier to the packet to answer; null does not answer.</param>
    /// <param name="answerSubscribe">The same for SUBSCRIBE; without it QoS 1 is granted.</param>
    public ScriptedBroker(byte[]? connack, Func<ushort, byte[]?>? answerPublish = null, Func<ushort, byte[]?>? answerSubscribe = null)
    {
        _connack = connack;
        _answerPublish = answerPublish ?? (_ => null);
        _answerSubscribe = answerSubscribe ?? (id => Suback(id, 1));
        _listener.Start();
        _run = RunAsync();
    }

    /// <summary>Success, no session, and the Receive Maximum if it is not 0.</summary>
    public static byte[] Connack(ushort receiveMaximum = 0) => receiveMaximum == 0
        ? [0x20, 3, 0, 0, 0]
        : [0x20, 6, 0, 0, 3, 33, (byte)(receiveMaximum >> 8), (byte)receiveMaximum];

    /// <summary>Success, no session, and the Maximum Packet Size.</summary>
    public static byte[] ConnackOfPacketSize(int bytesMax) =>
        [0x20, 8, 0, 0, 5, 39, (byte)(bytesMax >> 24), (byte)(bytesMax >> 16), (byte)(bytesMax >> 8), (byte)bytesMax];

    /// <summary>Success, no session, and the Server Keep Alive.</summary>
    public static byte[] ConnackOfKeepAlive(ushort seconds) => [0x20, 6, 0, 0, 3, 19, (byte)(seconds >> 8), (byte)seconds];

    /// <summary>Of one subscription, without properties (MQTT 5 section 3.9).</summary>
    public static byte[] Suback(ushort id, byte reason) => [0x90, 4, (byte)(id >> 8), (byte)id, 0, reason];

    public static byte[] Puback(ushort id, byte reason) => [0x40, 4, (byte)(id >> 8), (byte)id, reason, 0];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int PublishCount { get; private set; }

    /// <summary>The packet identifiers of PUBLISH and SUBSCRIBE, in their order; look at them when what is sent has been answered.</summary>
    public List<ushort> Identifiers { get; } = [];

    /// <summary>The whole packet's, from its type to the payload's end.</summary>
    public int LastPublishBytes { get; private set; }

    public int ConnectCount { get; private set; }

    /// <summary>Completes when one more PUBLISH has arrived.</summary>
    public async Task WaitForPublishAsync() => Assert.True(await _published.WaitAsync(TimeSpan.FromSeconds(60)), "no PUBLISH came");

    /// <summary>Completes when one more SUBSCRIBE has arrived.</summary>
    public async Task WaitForSubscribeAsync() => Assert.True(await _subscribed.WaitAsync(TimeSpan.FromSeconds(60)), "no SUBSCRIBE came");

    /// <summary>Whether one more PINGREQ arrives in time.</summary>
    public Task<bool> IsPingedAsync(TimeSpan longest) => _pinged.WaitAsync(longest);

    public async Task SendAsync(byte[] packet) => await _client!.GetStream().WriteAsync(packet);

    public async ValueTask DisposeAsync()
    {
        // The listener goes last: a client that ends now must not bring the loop back to one that is stopped.
        await _stop.CancelAsync();
        _client?.Dispose();
        await _run;
        _listener.Stop();
        _stop.Dispose();
        _published.Dispose();
        _subscribed.Dispose();
        _pinged.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                _client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeUntilGoneAsync(_client.GetStream());
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeUntilGoneAsync(NetworkStream stream)
    {
        try
        {
            await ServeAsync(stream);
        }
        catch (IOException)
        {
            // The client has gone, by a reset perhaps; the next one may come.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        var first = new byte[1];
        while (await stream.ReadAsync(first, _stop.Token) == 1)
        {
            var (length, digits) = await ReadLengthAsync(stream);
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, _stop.Token);
            switch (first[0] >> 4)
            {
                case ConnectType:
                    ConnectCount++;
                    if (_connack is not null)
                        await stream.WriteAsync(_connack, _stop.Token);
                    break;
                case PublishType:
                    LastPublishBytes = 1 + digits + length;
                    await AnswerPublishAsync(stream, body);
                    break;
                case SubscribeType:
                    var id = (ushort)((body[0] << 8) | body[1]);
                    Identifiers.Add(id);
                    _subscribed.Release();
                    if (_answerSubscribe(id) is { } suback)
                        await stream.WriteAsync(suback, _stop.Token);
                    break;
                case PingReqType:
                    _pinged.Release();
                    break;
            }
        }
    }

    private async Task AnswerPublishAsync(NetworkStream stream, byte[] body)
    {
        var topicLength = (body[0] << 8) | body[1];
        var id = (ushort)((body[2 + topicLength] << 8) | body[3 + topicLength]);
        Identifiers.Add(id);
        PublishCount++;
        _published.Release();
        if (_answerPublish(id) is { } answer)
            await stream.WriteAsync(answer, _stop.Token);
    }

    private async Task<(int Length, int Digits)> ReadLengthAsync(NetworkStream stream)
    {
        var length = 0;
        var digit = new byte[1];
        for (var digits = 1; ; digits++)
        {
            await stream.ReadExactlyAsync(digit, _stop.Token);
            length |= (digit[0] & 0x7F) << (7 * (digits - 1));
            if ((digit[0] & 0x80) == 0)
                return (length, digits);
        }
    }
}
