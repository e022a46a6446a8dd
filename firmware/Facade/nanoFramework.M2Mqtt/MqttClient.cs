using System;
using System.Collections;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using BoatTelemetry.Facade.Wires;
using nanoFramework.M2Mqtt.Exceptions;
using nanoFramework.M2Mqtt.Messages;

namespace nanoFramework.M2Mqtt;

/// <summary>
/// The platform's MQTT client over the board's <see cref="IMqttWire"/>. As there, calls return before the broker has
/// answered, answers come as events on threads of the client's own, and a client is used for one connection.
/// </summary>
public class MqttClient : IMqttClient, IDisposable
{
    private IMqttConnection? _connection;
    private string _host;
    private int _port = 1883;
    private byte[]? _caCertificate;
    private int _lastId;

    public MqttClient(string brokerHostName)
    {
        _host = brokerHostName;
    }

    public event IMqttClient.MqttMsgPublishEventHandler? MqttMsgPublishReceived;

    public event IMqttClient.MqttMsgPublishedEventHandler? MqttMsgPublished;

    public event IMqttClient.MqttMsgSubscribedEventHandler? MqttMsgSubscribed;

    public event IMqttClient.ConnectionClosedEventHandler? ConnectionClosed;

    public bool IsConnected { get; private set; }

    public MqttProtocolVersion ProtocolVersion { get; set; } = MqttProtocolVersion.Version_3_1_1;

    public void Init(string brokerHostName, int brokerPort, bool secure, byte[]? caCert, byte[]? clientCert, MqttSslProtocols sslProtocol)
    {
        if (secure && (caCert is null || sslProtocol == MqttSslProtocols.None))
            throw new NotSupportedException("The facade connects securely with the certificate of an authority and TLS only.");

        if (clientCert is not null)
            throw new NotSupportedException("The facade has no client certificates.");

        _host = brokerHostName;
        _port = brokerPort;
        _caCertificate = secure ? caCert : null;
        ProtocolVersion = MqttProtocolVersion.Version_3_1_1;
        _connection = BoardWires.Current.Find<IMqttWire>(IMqttWire.Place)?.Create();
    }

    public MqttReasonCode Connect(
        string clientId,
        string? username,
        string? password,
        bool willRetain,
        MqttQoSLevel willQosLevel,
        bool willFlag,
        string? willTopic,
        string? willMessage,
        bool cleanSession,
        ushort keepAlivePeriod)
    {
        if (ProtocolVersion != MqttProtocolVersion.Version_5 || willFlag)
            throw new NotSupportedException("The facade speaks MQTT 5, and has no will.");

        if (_connection is null)
            throw new MqttConnectionException("Exception connecting to the broker", new IOException("The board has no network."));

        _connection.OnMessage = (topic, payload, qos, retain) =>
            MqttMsgPublishReceived?.Invoke(this, new MqttMsgPublishEventArgs(topic, payload, false, (MqttQoSLevel)qos, retain));
        _connection.OnClosed = () =>
        {
            IsConnected = false;
            ConnectionClosed?.Invoke(this, EventArgs.Empty);
        };
        try
        {
            CheckDates();
            var options = new MqttWireOptions(_host, _port, clientId, username, password, cleanSession, keepAlivePeriod, _caCertificate);
            IsConnected = true;
            var code = _connection.ConnectAsync(options).GetAwaiter().GetResult();
            IsConnected &= code == 0;
            return (MqttReasonCode)code;
        }
        catch (IOException e)
        {
            IsConnected = false;
            throw new MqttConnectionException("Exception connecting to the broker", e);
        }
    }

    public ushort Publish(string topic, byte[] message, string? contentType, ArrayList? userProperties, MqttQoSLevel qosLevel, bool retain)
    {
        if (!IsConnected)
            throw new MqttCommunicationException();

        var id = NextId();
        _ = TellPublishedAsync(id, _connection!.PublishAsync(topic, message, (int)qosLevel, retain));
        return id;
    }

    public ushort Subscribe(string[] topics, MqttQoSLevel[] qosLevels)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(qosLevels);
        if (!IsConnected)
            throw new MqttCommunicationException();

        var id = NextId();
        _ = TellSubscribedAsync(id, topics, qosLevels);
        return id;
    }

    public void Disconnect()
    {
        if (!IsConnected)
            throw new MqttCommunicationException();

        _connection!.CloseAsync(isPolite: true).GetAwaiter().GetResult();
    }

    public void Close()
    {
        IsConnected = false;
        _connection?.CloseAsync(isPolite: false).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    // The platform's TLS holds certificates against its own clock (CONFIG_MBEDTLS_HAVE_TIME_DATE in nf-interpreter's sdkconfig
    // files); here that clock is the simulated board's, of which .NET's TLS knows nothing.
    private void CheckDates()
    {
        if (_caCertificate is null)
            return;

        using var authority = X509CertificateLoader.LoadCertificate(_caCertificate);
        var now = PlatformClock.Of(BoardWires.Current);
        if (now < authority.NotBefore.ToUniversalTime() || now > authority.NotAfter.ToUniversalTime())
            throw new IOException($"The authority's certificate is not valid at {now:u}.");
    }

    // 0 is no packet identifier (MQTT 5 section 2.2.1).
    private ushort NextId()
    {
        _lastId = (_lastId % ushort.MaxValue) + 1;
        return (ushort)_lastId;
    }

    private async Task TellPublishedAsync(ushort id, Task<bool> publish)
    {
        var isPublished = await publish.ConfigureAwait(false);
        MqttMsgPublished?.Invoke(this, new MqttMsgPublishedEventArgs(id, isPublished));
    }

    private async Task TellSubscribedAsync(ushort id, string[] topics, MqttQoSLevel[] qosLevels)
    {
        var granted = new MqttQoSLevel[topics.Length];
        for (var i = 0; i < topics.Length; i++)
        {
            var code = await _connection!.SubscribeAsync(topics[i], (int)qosLevels[i]).ConfigureAwait(false);
            granted[i] = code >= (byte)MqttQoSLevel.GrantedFailure ? MqttQoSLevel.GrantedFailure : (MqttQoSLevel)code;
        }

        MqttMsgSubscribed?.Invoke(this, new MqttMsgSubscribedEventArgs(id, granted));
    }
}
