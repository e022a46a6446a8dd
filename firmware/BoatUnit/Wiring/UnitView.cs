using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>What "info" tells of the links, the journal and the certificate. Its names are those of docs/bench-console.md.</summary>
public sealed class UnitView : IBenchView
{
    private const int CheckBytes = 4;

    private readonly LinkView _links;
    private readonly FlashJournal _journal;
    private readonly CertificateStore _certificate;

    /// <param name="links">The links.</param>
    /// <param name="journal">The journal, or null where the unit has no key yet and stores nothing.</param>
    /// <param name="certificate">The broker's authority.</param>
    public UnitView(LinkView links, FlashJournal journal, CertificateStore certificate)
    {
        _links = links;
        _journal = journal;
        _certificate = certificate;
    }

    /// <inheritdoc/>
    public void Write(JsonWriter into)
    {
        _links.Write(into);
        WriteJournal(into);
        WriteCertificate(into);
    }

    private void WriteJournal(JsonWriter into)
    {
        if (_journal == null)
        {
            into.Field("journal", (string)null);
            return;
        }

        into.BeginObject("journal");
        into.Field("heldFrames", (long)_journal.HeldFrames);
        into.Field("heldBytes", _journal.HeldBytes);
        into.Field("capacityBytes", _journal.CapacityBytes);
        into.Field("droppedFrames", _journal.DroppedFrames);
        into.Field("damagedFrames", _journal.DamagedFrames);
        into.Field("badBlocks", (long)_journal.BadBlocks);
        into.EndObject();
    }

    private void WriteCertificate(JsonWriter into)
    {
        if (_certificate.Bytes == 0)
        {
            into.Field("caCertificate", (string)null);
            return;
        }

        byte[] check = new byte[CheckBytes];
        BigEndian.Put(check, 0, _certificate.Check);
        into.BeginObject("caCertificate");
        into.Field("bytes", (long)_certificate.Bytes);
        into.Field("crc32", Hex.Of(check, 0, CheckBytes));
        into.EndObject();
    }
}
