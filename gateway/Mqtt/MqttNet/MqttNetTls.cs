using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>TLS as libmosquitto does it, so that the choice of stack changes nothing: no revocation lists, names checked.</summary>
internal static class MqttNetTls
{
    public static MqttClientTlsOptions ToMqttNet(MqttLinkOptions options)
    {
        if (options.Tls is not { } tls)
            return new MqttClientTlsOptions { UseTls = false };
        var result = new MqttClientTlsOptions
        {
            UseTls = true,
            TargetHost = options.Host,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (tls.CaFile is not null)
        {
            result.TrustChain = [];
            result.TrustChain.ImportFromPemFile(tls.CaFile);
        }

        if (tls is { CertificateFile: not null, KeyFile: not null })
            result.ClientCertificatesProvider = new DefaultMqttCertificatesProvider([ReadCertificate(tls.CertificateFile, tls.KeyFile)]);
        return result;
    }

    private static X509Certificate2 ReadCertificate(string certificateFile, string keyFile)
    {
        using var read = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        // Windows' TLS takes no key that was only read from PEM, but takes it after a trip through PKCS#12.
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), password: null);
    }
}

/// <summary>An address as it is, a name for the resolver.</summary>
internal static class MqttNetEndpoint
{
    public static EndPoint Of(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
}
