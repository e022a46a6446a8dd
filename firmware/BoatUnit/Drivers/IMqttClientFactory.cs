using nanoFramework.M2Mqtt;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Makes clients: each serves one connection, since one that has lost its connection keeps parts of it.</summary>
public interface IMqttClientFactory
{
    IMqttClient Create();
}

/// <summary>Makes the platform's own clients.</summary>
public sealed class MqttClientFactory : IMqttClientFactory
{
    private readonly MqttOptions _options;

    public MqttClientFactory(MqttOptions options)
    {
        _options = options;
    }

    /// <inheritdoc/>
    public IMqttClient Create()
    {
        bool isSecure = _options.CaCertificate != null;
        MqttClient client = new MqttClient(_options.Host);

        // The constructor that says all this at once takes a certificate of a type whose name .NET has for another one.
        client.Init(
            _options.Host,
            _options.Port,
            isSecure,
            _options.CaCertificate,
            null,
            isSecure ? MqttSslProtocols.TLSv1_2 : MqttSslProtocols.None);

        // The client's default is 3.1.1; the broker's reasons are in 5 only.
        client.ProtocolVersion = MqttProtocolVersion.Version_5;
        return client;
    }
}
