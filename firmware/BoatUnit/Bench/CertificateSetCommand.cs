using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>
/// Takes the certificate of the broker's authority in pieces, since a request is shorter than most of them; in force from the
/// next start on.
/// </summary>
public sealed class CertificateSetCommand : BenchCommand
{
    /// <summary>The longest piece, bytes: as hexadecimal digits with hyphens it is half a request.</summary>
    public const int PieceBytesMax = 512;

    private const int CheckBytes = 4;

    private readonly CertificateStore _certificate;
    private readonly ILog _log;

    public CertificateSetCommand(CertificateStore certificate, ILog log)
    {
        _certificate = certificate;
        _log = log;
    }

    public override string Name => "certificate set";

    public override string Usage => "bytes, crc32, offset, hex";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (!request.TryNumber("bytes", 1, CertificateStore.BytesMax, out long bytes))
        {
            reply.Fail(BenchError.BadField, "bytes: of the whole certificate, 1 to " + CertificateStore.BytesMax.ToString());
            return;
        }

        byte[] check = Hex.Parse(request.Text("crc32"), CheckBytes);
        if (check == null || check.Length != CheckBytes)
        {
            reply.Fail(BenchError.BadField, "crc32: of the whole certificate, 8 hexadecimal digits");
            return;
        }

        byte[] piece = Hex.Parse(request.Text("hex"), PieceBytesMax);
        if (!request.TryNumber("offset", 0, bytes - 1, out long offset) || piece == null || !IsPiece(piece.Length, bytes - offset))
        {
            reply.Fail(
                BenchError.BadField,
                "offset, hex: a piece within the whole, at most " + PieceBytesMax.ToString() + " bytes, and but for the last a multiple of "
                + CertificateStore.AlignBytes.ToString());
            return;
        }

        Tell(_certificate.Take((int)bytes, BigEndian.Get(check, 0), (int)offset, piece), request.MonotonicMs, reply);
    }

    private static bool IsPiece(int bytes, long left)
    {
        return bytes > 0 && bytes <= left && (bytes == left || bytes % CertificateStore.AlignBytes == 0);
    }

    private void Tell(CertificateStep step, long monotonicMs, BenchReply reply)
    {
        switch (step)
        {
            case CertificateStep.OutOfOrder:
                reply.Fail(BenchError.BadField, "offset: " + _certificate.ReceivedBytes.ToString() + " bytes have come; go on there, or begin at 0");
                return;
            case CertificateStep.WrongCheck:
                reply.Fail(BenchError.BadField, "crc32: what has come has another; begin at 0. The certificate is as before");
                return;
            case CertificateStep.NotStored:
                reply.Fail(BenchError.NotStored, "the flash did not take it; the certificate is as before");
                return;
            case CertificateStep.InDoubt:
                reply.Fail(BenchError.NotStored, "the flash did not confirm it; it may be the new one from the next start on. Send it again");
                return;
            default:
                break;
        }

        bool isStored = step == CertificateStep.Stored;
        JsonWriter line = reply.Ok();
        line.Field("received", isStored ? _certificate.Bytes : (long)_certificate.ReceivedBytes);
        line.Field("stored", isStored);
        if (isStored)
        {
            _log.Note(monotonicMs, LogEvent.CertificateChanged, _certificate.Bytes, null);
        }
    }
}
