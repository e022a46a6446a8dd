using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatUnit.Storage;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>The certificate by which a unit knows its broker, from a file: what a unit could not use, or should not have, is refused here.</summary>
internal static class AuthorityCertificate
{
    private const long FileBytesMax = 65_536;

    /// <summary>The certificate as DER, which mbedTLS takes as it is; PEM it takes with a zero behind it only (mbedtls_x509_crt_parse).</summary>
    /// <param name="file">PEM or DER.</param>
    /// <param name="now">It must not have ended.</param>
    /// <exception cref="CommandException">The file is none, or not the one that is needed.</exception>
    public static byte[] Read(string file, DateTimeOffset now)
    {
        using var certificate = Load(file);
        if (certificate.HasPrivateKey)
            throw PrivateKey(file);
        if (now.UtcDateTime > certificate.NotAfter.ToUniversalTime())
            throw Wrong(file, $"it ended on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        var isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority);
        if (!isAuthority && !certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            throw Wrong(file, $"it is that of \"{certificate.Subject}\", and the unit needs that of its authority, \"{certificate.Issuer}\"");
        return certificate.RawData.Length <= CertificateStore.BytesMax
            ? certificate.RawData
            : throw Wrong(file, $"it has {certificate.RawData.Length} bytes, and a unit keeps {CertificateStore.BytesMax}");
    }

    private static X509Certificate2 Load(string file)
    {
        try
        {
            if (new FileInfo(file).Length > FileBytesMax)
                throw Wrong(file, "it is too long for a certificate");
            var bytes = File.ReadAllBytes(file);
            var text = Encoding.Latin1.GetString(bytes);
            if (!text.Contains("-----BEGIN ", StringComparison.Ordinal))
                return X509CertificateLoader.LoadCertificate(bytes);
            if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
                throw PrivateKey(file);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return all.Count == 1 ? all[0] : throw Wrong(file, $"it has {all.Count} certificates, and a unit trusts one authority");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Missing, "unreadable", $"{file}: {e.Message}", e);
        }
        catch (CryptographicException e)
        {
            throw Wrong(file, $"it cannot be read ({e.Message})", e);
        }
    }

    private static CommandException PrivateKey(string file) => Wrong(file, "a private key is in it, which belongs on no unit: give the certificate alone");

    private static CommandException Wrong(string file, string why, Exception? inner = null) =>
        new(ExitCode.Missing, "bad-certificate", $"{file} is not the certificate of the broker's authority: {why}.", inner);
}
