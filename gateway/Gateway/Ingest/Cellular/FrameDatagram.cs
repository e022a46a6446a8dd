using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

// A datagram of a unit's, docs/ingest.md:
//
//   one frame          the frame itself; its first byte is 40 to 7F hex, since its first two bits are the version, 1
//   several frames     byte 0      0
//                      then each   length:8 (1 to 222), that many bytes of a frame
//
// A frame of version 0 does not exist, so that the first byte tells the two apart.

/// <summary>Takes the frames of a unit's datagram one by one. Nothing is copied and nothing allocated.</summary>
public ref struct FrameDatagram
{
    /// <summary>The first byte of a datagram with several frames.</summary>
    public const byte SeveralMark = 0;

    private ReadOnlySpan<byte> _rest;
    private readonly bool _hasSeveral;

    /// <param name="datagram">The bytes as they came.</param>
    public FrameDatagram(ReadOnlySpan<byte> datagram)
    {
        _hasSeveral = datagram.Length > 0 && datagram[0] == SeveralMark;
        _rest = _hasSeveral ? datagram[1..] : datagram;
        Rejection = _rest.IsEmpty ? CellularRejection.Empty : CellularRejection.None;
    }

    /// <summary>Why the rest is of no use; frames taken before it are good.</summary>
    public CellularRejection Rejection { get; private set; }

    /// <summary>Whether anything is left.</summary>
    public readonly bool HasMore => !_rest.IsEmpty;

    /// <summary>The next frame; false at the end, or at what <see cref="Rejection"/> tells.</summary>
    public bool TryTake(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_rest.IsEmpty)
            return false;
        if (!_hasSeveral)
            return TryTakeOne(out frame);
        int length = _rest[0];
        if (length is 0 or > FrameLimits.FrameBytesMax)
            return End(CellularRejection.LengthOutOfRange);
        if (_rest.Length < 1 + length)
            return End(CellularRejection.CutOff);
        frame = _rest.Slice(1, length);
        _rest = _rest[(1 + length)..];
        return true;
    }

    private bool TryTakeOne(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_rest.Length > FrameLimits.FrameBytesMax)
            return End(CellularRejection.TooLong);
        frame = _rest;
        _rest = default;
        return true;
    }

    private bool End(CellularRejection rejection)
    {
        Rejection = rejection;
        _rest = default;
        return false;
    }
}
