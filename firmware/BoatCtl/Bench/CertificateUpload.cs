using System.Text.Json.Nodes;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>Gives a unit the certificate of its broker's authority, in pieces (docs/bench-console.md, certificate set).</summary>
internal static class CertificateUpload
{
    /// <summary>What "info" tells of the certificate that a unit keeps.</summary>
    public const string Field = "caCertificate";

    /// <summary>Sends it whole; until the unit has read the last piece back, the one before stays.</summary>
    /// <exception cref="BenchException">It was not done.</exception>
    public static void Send(BenchClient bench, byte[] certificate)
    {
        for (var at = 0; at < certificate.Length; at += CertificateSetCommand.PieceBytesMax)
        {
            bench.Ask("certificate set", new JsonObject
            {
                ["bytes"] = certificate.Length,
                ["crc32"] = Check(certificate),
                ["offset"] = at,
                ["hex"] = BitConverter.ToString(certificate, at, Math.Min(CertificateSetCommand.PieceBytesMax, certificate.Length - at)),
            });
        }
    }

    private static string Check(byte[] certificate) => Crc32.Of(certificate, 0, certificate.Length).ToString("x8");
}
