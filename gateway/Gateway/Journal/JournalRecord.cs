using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>
/// A committed frame and the receptions of it that were committed when it was read. The reader may fill the same object again at the
/// next reading into the same list.
/// </summary>
public sealed class JournalRecord
{
    private byte[] _frame = [];
    private byte[] _body = [];

    /// <summary>What the frame is.</summary>
    public AdmittedFrame Frame { get; set; }

    /// <summary>The frame as it was sealed and sent.</summary>
    public ReadOnlyMemory<byte> Sealed { get; private set; }

    /// <summary>The opened body, from index 0 on: for <see cref="Core.Frames.FrameCodec.ReadBody(Core.Frames.FrameKind, int, Core.Frames.OperatingArea, byte[], int, int)"/>.</summary>
    public byte[] Body => _body;

    /// <summary>Bytes of the body.</summary>
    public int BodyLength { get; private set; }

    /// <summary>In the order of their arrival; at least one.</summary>
    public List<Reception> Receptions { get; } = [];

    /// <summary>Fills it; the receptions are left to the caller.</summary>
    public void Set(in AdmittedFrame frame, ReadOnlySpan<byte> sealedFrame, ReadOnlySpan<byte> body)
    {
        Frame = frame;
        if (_frame.Length < sealedFrame.Length)
            _frame = new byte[Datagram.FrameBytesMax];
        if (_body.Length < body.Length)
            _body = new byte[Datagram.FrameBytesMax];
        sealedFrame.CopyTo(_frame);
        body.CopyTo(_body);
        Sealed = _frame.AsMemory(0, sealedFrame.Length);
        BodyLength = body.Length;
        Receptions.Clear();
    }
}
