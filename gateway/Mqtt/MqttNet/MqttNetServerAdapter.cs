using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>MQTTnet's listener, with two things that the server itself does not do.</summary>
/// <remarks>
/// <para>A CONNECT of MQTT 3.1.1 without an identifier gets one (its section 3.1.3.1): the server takes an assigned one from the validation
/// for MQTT 5 only, and refuses the others.</para>
/// <para>A SUBSCRIBE and what changes a retained message are handled one after the other, whoever sends them. The server reads its retained
/// messages first, makes the subscription next and sends what it read last; a message that comes in between is sent to nobody, or before the
/// older one, and the subscriber is left with nothing or with the old state for good.</para>
/// <para>Two limits, of retained wills. The server does not wait for a will to be dispatched, so the turn holds only as long as that
/// completes at once, which it does without handlers that wait (there are none here). And the will of a client that is ended for breaking
/// the protocol is dispatched without the turn: its packets are then no longer asked for.</para>
/// </remarks>
internal sealed class MqttNetServerAdapter(IMqttServerAdapter inner) : IMqttServerAdapter
{
    private readonly SemaphoreSlim _retainedTurn = new(1);

    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        inner.ClientHandler = ServeAsync;
        return inner.StartAsync(options, logger);
    }

    public Task StopAsync() => inner.StopAsync();

    // The turn is not disposed: a client's handler may end after this, and gives it back then.
    public void Dispose() => inner.Dispose();

    private async Task ServeAsync(IMqttChannelAdapter accepted)
    {
        var channel = new Channel(accepted, _retainedTurn);
        try
        {
            await ClientHandler!(channel);
        }
        finally
        {
            channel.EndTurn();
        }
    }

    private sealed class Channel(IMqttChannelAdapter inner, SemaphoreSlim retainedTurn) : IMqttChannelAdapter
    {
        private bool _willIsRetained;
        private bool _hasTurn;

        public EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

        public EndPoint? LocalEndPoint => inner.LocalEndPoint;

        public bool IsSecureConnection => inner.IsSecureConnection;

        public X509Certificate2? ClientCertificate => inner.ClientCertificate;

        public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

        public long BytesSent => inner.BytesSent;

        public long BytesReceived => inner.BytesReceived;

        public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

        public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) =>
            inner.SendPacketAsync(packet, cancellationToken);

        // The server asks for the next packet of a client when it is done with the one before.
        public async Task<MqttPacket?> ReceivePacketAsync(CancellationToken cancellationToken)
        {
            EndTurn();
            MqttPacket? packet = null;
            try
            {
                packet = await inner.ReceivePacketAsync(cancellationToken);
            }
            finally
            {
                // After the last packet the server publishes the will, before its handler of this client ends.
                if (packet is null && _willIsRetained)
                    await TakeTurnAsync(CancellationToken.None);
            }

            if (packet is MqttConnectPacket connect)
                Admit(connect);
            if (packet is MqttSubscribePacket or MqttPublishPacket { Retain: true })
                await TakeTurnAsync(cancellationToken);
            return packet;
        }

        public void ResetStatistics() => inner.ResetStatistics();

        public void Dispose() => inner.Dispose();

        public void EndTurn()
        {
            if (!_hasTurn)
                return;
            _hasTurn = false;
            retainedTurn.Release();
        }

        // Without a clean session there would be one that nobody can come back to: that stays refused.
        private void Admit(MqttConnectPacket connect)
        {
            if (string.IsNullOrEmpty(connect.ClientId) && connect.CleanSession
                && inner.PacketFormatterAdapter.ProtocolVersion != MqttProtocolVersion.V500)
                connect.ClientId = MqttNetBroker.NewClientId();
            _willIsRetained = connect is { WillFlag: true, WillRetain: true };
        }

        private async Task TakeTurnAsync(CancellationToken cancellationToken)
        {
            await retainedTurn.WaitAsync(cancellationToken);
            _hasTurn = true;
        }
    }
}
