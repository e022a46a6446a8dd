using System.Security.Cryptography.X509Certificates;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Host.Wires;

/// <summary>One link of the MQTT library as the facade's client needs it.</summary>
public sealed class MqttWireConnection(IMqttLink link) : IMqttConnection
{
    // MQTT 5 section 2.4.
    private const byte UnspecifiedError = 0x80;

    private int _isClosed;

    /// <inheritdoc/>
    public Action<string, byte[], int, bool>? OnMessage { get; set; }

    /// <inheritdoc/>
    public Action? OnClosed { get; set; }

    /// <inheritdoc/>
    public async Task<byte> ConnectAsync(MqttWireOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var authority = AuthorityFile.Of(options.CaCertificate);
        link.OnMessage = message => OnMessage?.Invoke(message.Topic, message.Payload.ToArray(), (int)message.Qos, message.Retain);
        try
        {
            await link.ConnectAsync(
                new MqttLinkOptions
                {
                    Host = options.Host,
                    Port = options.Port,
                    ClientId = options.ClientId,
                    UserName = options.UserName,
                    Password = options.Password,
                    CleanStart = options.CleanStart,
                    KeepAliveSeconds = options.KeepAliveSeconds,
                    Tls = authority is null ? null : new MqttTlsOptions { CaFile = authority.Path },
                },
                CancellationToken.None);
        }
        catch (MqttLinkException e) when (e.Failure == MqttLinkFailure.ConnectRefused)
        {
            return e.ReasonCode ?? UnspecifiedError;
        }
        catch (MqttLinkException e)
        {
            throw new IOException(e.Message, e);
        }

        _ = TellClosedAsync();
        return 0;
    }

    /// <inheritdoc/>
    public async Task<bool> PublishAsync(string topic, byte[] payload, int qos, bool retain)
    {
        try
        {
            await link.PublishAsync(
                new MqttMessage { Topic = topic, Payload = payload, Qos = (MqttQos)qos, Retain = retain }, CancellationToken.None);
            return true;
        }
        catch (MqttLinkException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<byte> SubscribeAsync(string filter, int qos)
    {
        try
        {
            await link.SubscribeAsync(filter, (MqttQos)qos, CancellationToken.None);
            return (byte)qos;
        }
        catch (MqttLinkException e)
        {
            return e.ReasonCode ?? UnspecifiedError;
        }
    }

    /// <inheritdoc/>
    public async Task CloseAsync(bool isPolite)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;

        if (isPolite)
            await link.DisconnectAsync();
        await link.DisposeAsync();
    }

    private async Task TellClosedAsync()
    {
        await link.Disconnected;
        OnClosed?.Invoke();
    }

    /// <summary>The authority's certificate where the library looks for it: in a file.</summary>
    private sealed class AuthorityFile : IDisposable
    {
        private AuthorityFile(string path)
        {
            Path = path;
        }

        public string Path { get; }

        public static AuthorityFile? Of(byte[]? certificate)
        {
            if (certificate is null)
                return null;

            using var read = X509CertificateLoader.LoadCertificate(certificate);
            var file = new AuthorityFile(System.IO.Path.GetTempFileName());
            File.WriteAllText(file.Path, read.ExportCertificatePem());
            return file;
        }

        public void Dispose() => File.Delete(Path);
    }
}
