using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Security;

// Nonce, 13 bytes:
//
//   byte  0      bit 7 direction (0 uplink, 1 downlink), bit 0 class (0 live, 1 durable), the others zero
//         1..2   unit
//         3..6   32-bit counter of the direction and class
//         7..12  zero
//
// Associated data: the header as it is on air; behind it, for a body whose position counts from the operating area
// (FrameLimits.UsesArea), the area's origin as two 32-bit integers (latitude, longitude, degrees x 10^5). All big-endian.

/// <summary>
/// Seals and opens frames with a unit's cipher: builds nonce and associated data, so that nobody else can build them
/// differently. One object a thread; allocates nothing itself.
/// </summary>
public sealed class FrameSeal
{
    private const int NonceBytes = 13;
    private const int AreaOriginBytes = 8;
    private const int DownlinkBit = 0x80;
    private const int DurableBit = 0x01;

    private readonly byte[] _nonce = new byte[NonceBytes];
    private readonly byte[] _associated = new byte[FrameHeader.DurableBytes + AreaOriginBytes];

    /// <summary>
    /// Seals the frame whose header and body stand from <paramref name="offset"/> on and writes its tag behind them.
    /// Returns the length of the sealed frame, bytes. Direction, class and tag follow from the kind. The area may be null
    /// for a body that has no position in it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The kind has no bodies of this length.</exception>
    public int Seal(
        IFrameCipher cipher,
        byte[] frame,
        int offset,
        FrameKind kind,
        int flags,
        int unit,
        uint counter,
        int bodyBytes,
        OperatingArea area)
    {
        if (FrameLimits.CheckBodyBytes(kind, flags, bodyBytes) != FrameRejection.None)
        {
            throw new ArgumentOutOfRangeException(nameof(bodyBytes));
        }

        int headerBytes = FrameLimits.HeaderBytes(kind);
        int tagBytes = FrameLimits.TagBytes(kind);
        SetNonce(kind, unit, counter);
        int associatedLength = SetAssociated(frame, offset, kind, flags, area);
        cipher.Seal(_nonce, _associated, associatedLength, frame, offset + headerBytes, bodyBytes, tagBytes);
        return headerBytes + bodyBytes + tagBytes;
    }

    /// <summary>
    /// Opens the frame whose header has been read, under the assumption that its counter is
    /// <paramref name="counter"/>, and writes the body (<see cref="FrameHeader.BodyBytes"/>) into
    /// <paramref name="body"/> from index 0. False if the tag does not fit that counter; the body is then noise.
    /// </summary>
    public bool Open(
        IFrameCipher cipher, byte[] frame, int offset, FrameHeader header, uint counter, OperatingArea area, byte[] body)
    {
        FrameKind kind = header.Kind;
        SetNonce(kind, header.Unit, counter);
        int associatedLength = SetAssociated(frame, offset, kind, header.Flags, area);
        return cipher.Open(
            _nonce,
            _associated,
            associatedLength,
            frame,
            offset + FrameLimits.HeaderBytes(kind),
            header.BodyBytes,
            FrameLimits.TagBytes(kind),
            body);
    }

    /// <summary>Seals a live position; <see cref="Seal"/> for every kind.</summary>
    public int SealLive(
        IFrameCipher cipher, byte[] frame, int offset, FrameKind kind, int unit, uint counter, OperatingArea area)
    {
        return Seal(cipher, frame, offset, kind, 0, unit, counter, LiveFrame.BodyBytes(kind), area);
    }

    /// <summary>Opens a live position; <see cref="Open"/> for every kind.</summary>
    public bool OpenLive(
        IFrameCipher cipher, byte[] frame, int offset, FrameHeader header, uint counter, OperatingArea area, byte[] body)
    {
        return Open(cipher, frame, offset, header, counter, area, body);
    }

    private void SetNonce(FrameKind kind, int unit, uint counter)
    {
        int direction = FrameLimits.DirectionOf(kind) == FrameDirection.Downlink ? DownlinkBit : 0;
        _nonce[0] = (byte)(direction | (FrameLimits.IsDurable(kind) ? DurableBit : 0));
        _nonce[1] = (byte)(unit >> 8);
        _nonce[2] = (byte)unit;
        PutUInt32(_nonce, 3, counter);
    }

    private int SetAssociated(byte[] frame, int offset, FrameKind kind, int flags, OperatingArea area)
    {
        int headerBytes = FrameLimits.HeaderBytes(kind);
        Array.Copy(frame, offset, _associated, 0, headerBytes);
        if (!FrameLimits.UsesArea(kind, flags))
        {
            return headerBytes;
        }

        PutUInt32(_associated, headerBytes, (uint)area.OriginLatitudeE5);
        PutUInt32(_associated, headerBytes + 4, (uint)area.OriginLongitudeE5);
        return headerBytes + AreaOriginBytes;
    }

    private static void PutUInt32(byte[] buffer, int offset, uint value)
    {
        buffer[offset] = (byte)(value >> 24);
        buffer[offset + 1] = (byte)(value >> 16);
        buffer[offset + 2] = (byte)(value >> 8);
        buffer[offset + 3] = (byte)value;
    }
}
