using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Channel;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// The connection under MQTTnet's client. The client connects, subscribes, takes messages in and keeps the connection alive over it as over its
/// own; publishes and their PUBACKs go past the client, which has a task, three continuations and a search through everything under way for
/// each of them (a third of the gateway's processor time, perf, November 2026). The packets themselves are MQTTnet's.
/// </summary>
internal sealed class MqttNetConnection : IMqttChannelAdapter
{
    // MQTTnet's defaults.
    private const int EncodeBytes = 4096;
    private const int EncodeBytesKept = 65_535;

    // MQTT 5 section 3.4: without more, the identifier alone, the reason is success.
    private const int PubackSuccessBytes = 2;

    // Named limit: packets that MQTTnet's client has not taken. It takes them as they come and queues what is a message by itself.
    private const int ReceivedMax = 64;

    private readonly MqttClientOptions _options;
    private readonly PacketIdentifiers _identifiers = new();
    private readonly MqttChannelAdapter _opener;
    private readonly PacketSender _sender;
    private readonly PacketReceiver _receiver;
    private readonly PublishWindow _publishes;

    // What came in for the client. When it is full, the thread that reads waits, and so does the broker.
    private readonly Channel<MqttPacket> _received = Channel.CreateBounded<MqttPacket>(
        new BoundedChannelOptions(ReceivedMax) { SingleReader = true, SingleWriter = true });

    private Thread? _reader;
    private volatile bool _isPinging;

    /// <param name="options">Where it connects, and how: the client's own, into which the broker's keep-alive is written.</param>
    /// <param name="publishes">Is told what became of publishes.</param>
    /// <param name="failed">Is told once if nothing can be written any more.</param>
    public MqttNetConnection(MqttClientOptions options, PublishWindow publishes, Action<Exception> failed)
    {
        _options = options;
        _publishes = publishes;
        PacketFormatterAdapter = NewFormatter();
        IMqttChannel channel = OperatingSystem.IsLinux() && options.ChannelOptions is MqttClientTcpOptions { TlsOptions.UseTls: false } tcp
            ? new BlockingTcpChannel(tcp.RemoteEndpoint, tcp.BufferSize)
            : new MqttTcpChannel(options);
        _opener = new MqttChannelAdapter(channel, PacketFormatterAdapter, MqttNetNullLogger.Instance);
        _sender = new PacketSender(
            channel, NewFormatter, publish => publishes.Acknowledged(publish, MqttReasons.Success, null), Refused, failed, () => publishes.MayGather);
        _receiver = new PacketReceiver(channel);
    }

    public MqttPacketFormatterAdapter PacketFormatterAdapter { get; }

    public EndPoint? RemoteEndPoint => _opener.RemoteEndPoint;

    public EndPoint? LocalEndPoint => _opener.LocalEndPoint;

    public bool IsSecureConnection => _opener.IsSecureConnection;

    public X509Certificate2? ClientCertificate => _opener.ClientCertificate;

    // Nobody counts here.
    public long BytesSent => 0;

    public long BytesReceived => 0;

    public Task ConnectAsync(CancellationToken cancellationToken) => _opener.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => _opener.DisconnectAsync(cancellationToken);

    public void ResetStatistics()
    {
    }

    /// <summary>Sends a publish, in the order of the calls, without blocking; the window is told of its end, or the link of the connection's.</summary>
    public void Publish(PendingPublish publish) =>
        _sender.Send(publish, publish.Message.Qos == MqttQos.AtMostOnce ? (ushort)0 : _identifiers.Take(publish));

    /// <inheritdoc/>
    public async Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        // The client numbers its subscriptions by itself.
        if (packet is MqttSubscribePacket subscribe)
            subscribe.PacketIdentifier = _identifiers.Take(new Subscription(subscribe, subscribe.PacketIdentifier));
        if (packet is MqttPingReqPacket)
            _isPinging = true;
        try
        {
            await _sender.SendAsync(packet, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or MqttCommunicationException or MqttProtocolViolationException))
        {
            // As MQTTnet's own adapter does: who sends expects no other.
            throw new MqttCommunicationException(e);
        }
    }

    /// <inheritdoc/>
    public async Task<MqttPacket?> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        if (_reader is null)
        {
            _reader = new Thread(ReadAll) { IsBackground = true, Name = "MQTT in" };
            _reader.Start();
        }

        try
        {
            while (await _received.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_received.Reader.TryRead(out var packet))
                    return packet;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Closed here.
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new MqttCommunicationException(e);
        }

        return null;
    }

    public void Dispose()
    {
        _sender.End(new ObjectDisposedException(nameof(MqttNetConnection)));
        _received.Writer.TryComplete();
        _opener.Dispose();
    }

    private void ReadAll()
    {
        Exception? end = null;
        try
        {
            var rest = new GatheringRest(TimeProvider.System);
            while (Read() && TakeAll(out var given))
            {
                // The broker waits for the client's answers, and not for what is done with its own.
                if (given == 0 && _publishes.MayGather)
                    rest.Worked();
            }
        }
        catch (Exception e)
        {
            end = e;
        }

        _received.Writer.TryComplete(end);
    }

    // On a thread that has nothing else to do.
    private bool Read() => _receiver.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();

    private MqttPacketFormatterAdapter NewFormatter() => new(_options.ProtocolVersion, new MqttBufferWriter(EncodeBytes, EncodeBytesKept));

    private void Refused(PendingPublish publish, ushort identifier, Exception reason)
    {
        if (identifier != 0)
            _identifiers.Release<PendingPublish>(identifier);
        var topic = publish.Message.Topic;
        _publishes.Failed(publish, new MqttLinkException(
            MqttLinkFailure.MessageMalformed, null, topic, $"publish to {topic}: not a message of MQTT: {reason.Message}", reason));
    }

    // False once the client is gone.
    private bool TakeAll(out int given)
    {
        given = 0;
        var hasTaken = false;
        while (_receiver.TryTake(out var type, out var body))
        {
            hasTaken = true;
            if (Take(type, body) is not { } packet)
                continue;
            given++;
            if (!Give(packet))
                return false;
        }

        // The client, which sees no publishes, asks for life though many are under way; its PINGREQ stands behind them, and over a slow line
        // its answer would be late. Whatever comes in says the same.
        if (!hasTaken || !_isPinging)
            return true;
        _isPinging = false;
        return Give(MqttPingRespPacket.Instance);
    }

    private bool Give(MqttPacket packet)
    {
        while (!_received.Writer.TryWrite(packet))
        {
            if (!_received.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }

        return true;
    }

    // Null for what the client need not know.
    private MqttPacket? Take(byte type, ReadOnlyMemory<byte> body)
    {
        switch ((MqttControlPacketType)(type >> 4))
        {
            case MqttControlPacketType.PubAck:
                Acknowledge(type, body);
                return null;
            case MqttControlPacketType.PingResp:
                return null;
            default:
                var packet = PacketFormatterAdapter.Decode(PacketReceiver.Copy(type, body))
                    ?? throw new MqttProtocolViolationException("Received malformed packet.");

                // MQTT 5 section 3.2.2.3.14: the broker's time holds. MQTTnet 5.2.0 works it out and then pings by its own options.
                if (packet is MqttConnAckPacket { ServerKeepAlive: > 0 and var seconds })
                    _options.KeepAlivePeriod = TimeSpan.FromSeconds(seconds);
                return packet is MqttSubAckPacket suback ? ToClient(suback) : packet;
        }
    }

    private void Acknowledge(byte type, ReadOnlyMemory<byte> body)
    {
        if (body.Length == PubackSuccessBytes)
        {
            Acknowledged(BinaryPrimitives.ReadUInt16BigEndian(body.Span), MqttReasons.Success, null);
            return;
        }

        var puback = (MqttPubAckPacket)PacketFormatterAdapter.Decode(PacketReceiver.Copy(type, body));
        Acknowledged(puback.PacketIdentifier, (int)puback.ReasonCode, puback.ReasonString);
    }

    private void Acknowledged(ushort identifier, int reason, string? reasonText)
    {
        if (_identifiers.Release<PendingPublish>(identifier) is { } publish)
            _publishes.Acknowledged(publish, reason, reasonText);
    }

    // One of no subscription would be taken for that which the client gave the same number.
    private MqttSubAckPacket? ToClient(MqttSubAckPacket suback)
    {
        if (_identifiers.Release<Subscription>(suback.PacketIdentifier) is not { } subscription)
            return null;
        suback.PacketIdentifier = subscription.Packet.PacketIdentifier = subscription.ClientIdentifier;
        return suback;
    }

    private sealed record Subscription(MqttSubscribePacket Packet, ushort ClientIdentifier);
}
