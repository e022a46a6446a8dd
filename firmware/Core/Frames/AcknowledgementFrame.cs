using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Frames;

// Body of an acknowledgement, most significant bit first; encrypted:
//
//   base       32  all durable counters below need not be sent again
//   bitmap     32  highest bit base + 1 ... lowest bit base + 32
//
// and in the long form:
//
//   first      32
//   selective  32  highest bit first, always set ... lowest bit first + 31

/// <summary>
/// The acknowledgement frame: packs an <see cref="Acknowledgement"/> and reads it back. One object a thread; allocates
/// nothing. The long form is told by its length; it is made only where it says something.
/// </summary>
public sealed class AcknowledgementFrame
{
    /// <summary>Bytes of the body.</summary>
    public const int BodyBytes = 8;

    /// <summary>Bytes of the long form's body.</summary>
    public const int LongBodyBytes = 16;

    /// <summary>Bytes of a sealed frame.</summary>
    public const int Bytes = FrameHeader.LiveBytes + BodyBytes + FrameLimits.ShortTagBytes;

    /// <summary>Bytes of a sealed frame of the long form.</summary>
    public const int LongBytes = FrameHeader.LiveBytes + LongBodyBytes + FrameLimits.ShortTagBytes;

    private const int CounterBits = 32;
    private const uint HighestBit = 1u << (Acknowledgement.BitmapBits - 1);

    private readonly FieldWriter _writer = new FieldWriter();
    private readonly FieldReader _reader = new FieldReader();

    /// <summary>Bytes of the body that says it.</summary>
    public static int BodyBytesOf(Acknowledgement acknowledgement)
    {
        return acknowledgement.SelectiveBitmap == 0 ? BodyBytes : LongBodyBytes;
    }

    /// <summary>Writes the body at <paramref name="offset"/>.</summary>
    /// <exception cref="System.ArgumentOutOfRangeException">The selective bitmap does not begin with its first counter.</exception>
    public void WriteBody(Acknowledgement acknowledgement, byte[] frame, int offset)
    {
        bool isLong = acknowledgement.SelectiveBitmap != 0;
        if (isLong && (acknowledgement.SelectiveBitmap & HighestBit) == 0)
        {
            throw new System.ArgumentOutOfRangeException(nameof(acknowledgement));
        }

        _writer.Reset(frame, offset, BodyBytesOf(acknowledgement));
        _writer.Raw(acknowledgement.BaseCounter, CounterBits);
        _writer.Raw(acknowledgement.Bitmap, Acknowledgement.BitmapBits);
        if (isLong)
        {
            _writer.Raw(acknowledgement.SelectiveFirst, CounterBits);
            _writer.Raw(acknowledgement.SelectiveBitmap, Acknowledgement.BitmapBits);
        }
    }

    /// <summary>Reads a body into <paramref name="acknowledgement"/>.</summary>
    public FrameRejection ReadBody(byte[] body, int offset, int length, Acknowledgement acknowledgement)
    {
        acknowledgement.Clear();
        FrameRejection rejection = FrameLimits.CheckBodyBytes(FrameKind.Acknowledgement, 0, length);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        _reader.Reset(body, offset, length);
        acknowledgement.BaseCounter = _reader.Raw(CounterBits);
        acknowledgement.Bitmap = _reader.Raw(Acknowledgement.BitmapBits);
        if (length == BodyBytes)
        {
            return FrameRejection.None;
        }

        uint first = _reader.Raw(CounterBits);
        uint selective = _reader.Raw(Acknowledgement.BitmapBits);
        if ((selective & HighestBit) == 0)
        {
            return FrameRejection.FieldOutOfRange;
        }

        acknowledgement.SelectiveFirst = first;
        acknowledgement.SelectiveBitmap = selective;
        return FrameRejection.None;
    }
}
