using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Frames;

// Body of an acknowledgement, most significant bit first; encrypted:
//
//   base     32  all durable counters below need not be sent again
//   bitmap   32  highest bit base + 1 ... lowest bit base + 32

/// <summary>
/// The acknowledgement frame: packs an <see cref="Acknowledgement"/> and reads it back. One object a thread; allocates
/// nothing. Every 64 bits are an acknowledgement, so no body of the right length is rejected.
/// </summary>
public sealed class AcknowledgementFrame
{
    /// <summary>Bytes of the body.</summary>
    public const int BodyBytes = 8;

    /// <summary>Bytes of a sealed frame.</summary>
    public const int Bytes = FrameHeader.LiveBytes + BodyBytes + FrameLimits.ShortTagBytes;

    private const int BaseBits = 32;

    private readonly FieldWriter _writer = new FieldWriter();
    private readonly FieldReader _reader = new FieldReader();

    /// <summary>Writes the body at <paramref name="offset"/>.</summary>
    public void WriteBody(Acknowledgement acknowledgement, byte[] frame, int offset)
    {
        _writer.Reset(frame, offset, BodyBytes);
        _writer.Raw(acknowledgement.BaseCounter, BaseBits);
        _writer.Raw(acknowledgement.Bitmap, Acknowledgement.BitmapBits);
    }

    /// <summary>Reads a body into <paramref name="acknowledgement"/>.</summary>
    public FrameRejection ReadBody(byte[] body, int offset, int length, Acknowledgement acknowledgement)
    {
        FrameRejection rejection = FrameLimits.CheckBodyBytes(FrameKind.Acknowledgement, 0, length);
        if (rejection == FrameRejection.None)
        {
            _reader.Reset(body, offset, length);
            acknowledgement.BaseCounter = _reader.Raw(BaseBits);
            acknowledgement.Bitmap = _reader.Raw(Acknowledgement.BitmapBits);
        }

        return rejection;
    }
}
