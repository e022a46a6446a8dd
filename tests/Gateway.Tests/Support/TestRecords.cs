using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>Frames as the journal tells them.</summary>
internal static class TestRecords
{
    /// <summary>A record of a sealed frame, opened under the boat's key.</summary>
    public static JournalRecord Of(byte[] sealedFrame, TestBoat boat, AdmittedFrame frame, params ReadOnlySpan<Reception> receptions)
    {
        var codec = new FrameCodec();
        using var cipher = new PlatformAesCcm(boat.Key);
        Assert.Equal(FrameRejection.None, codec.ReadHeader(sealedFrame, 0, sealedFrame.Length, FrameDirection.Uplink));
        Assert.Equal(FrameRejection.None, codec.Open(cipher, OperatingArea.Indonesia, frame.Counter));
        frame.Kind = codec.Header.Kind;
        frame.Flags = codec.Header.Flags;
        frame.Unit = codec.Header.Unit;
        frame.Class = codec.Header.IsDurable ? FrameClass.Durable : FrameClass.Live;
        var record = new JournalRecord();
        record.Set(in frame, sealedFrame, codec.Body.AsSpan(0, codec.BodyBytes));
        record.Receptions.AddRange(receptions);
        return record;
    }

    /// <summary>A record of which only the number counts.</summary>
    public static JournalRecord Numbered(long id)
    {
        var record = new JournalRecord();
        record.Set(new AdmittedFrame { Id = id }, [], []);
        return record;
    }

    /// <summary>What a live record says.</summary>
    public static LivePosition Position(JournalRecord record)
    {
        var codec = new FrameCodec();
        var frame = record.Frame;
        Assert.Equal(FrameRejection.None, codec.ReadBody(frame.Kind, frame.Flags, OperatingArea.Indonesia, record.Body, 0, record.BodyLength));
        return codec.Position;
    }
}
