using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Security;

// Nonce, 13 bytes:
//
//   byte  0      bit 7 direction (0 uplink, 1 downlink), bit 0 class (0 live, 1 durable), the others zero
//         1..2   unit
//         3..6   32-bit counter of the class
//         7..12  zero
//
// Associated data: the header as it is on air; behind it, for a position in the operating area, the area's origin as
// two 32-bit integers (latitude, longitude, degrees x 10^5). All big-endian.

/// <summary>
/// Seals and opens live frames with a unit's cipher: builds nonce and associated data, so that nobody else can build
/// them differently. One object a thread.
/// </summary>
public sealed class FrameSeal
{
    private const int NonceBytes = 13;
    private const int AreaOriginBytes = 8;

    private readonly byte[] _nonce = new byte[NonceBytes];
    private readonly byte[] _associated = new byte[FrameHeader.LiveBytes + AreaOriginBytes];

    /// <summary>
    /// Seals the live frame whose header and body stand from <paramref name="offset"/> on and writes its tag behind
    /// them. Returns the length of the sealed frame, bytes.
    /// </summary>
    public int SealLive(
        IFrameCipher cipher, byte[] frame, int offset, FrameKind kind, int unit, uint counter, OperatingArea area)
    {
        int bodyBytes = LiveFrame.BodyBytes(kind);
        SetNonce(unit, counter);
        int associatedLength = SetAssociated(frame, offset, kind, area);
        cipher.Seal(
            _nonce, _associated, associatedLength, frame, offset + FrameHeader.LiveBytes, bodyBytes, LiveFrame.TagBytes);
        return FrameHeader.LiveBytes + bodyBytes + LiveFrame.TagBytes;
    }

    /// <summary>
    /// Opens a live frame whose header has been read, under the assumption that its counter is
    /// <paramref name="counter"/>, and writes the body into <paramref name="body"/> from index 0. False if the tag does
    /// not fit that counter.
    /// </summary>
    public bool OpenLive(
        IFrameCipher cipher, byte[] frame, int offset, FrameHeader header, uint counter, OperatingArea area, byte[] body)
    {
        SetNonce(header.Unit, counter);
        int associatedLength = SetAssociated(frame, offset, header.Kind, area);
        return cipher.Open(
            _nonce,
            _associated,
            associatedLength,
            frame,
            offset + FrameHeader.LiveBytes,
            LiveFrame.BodyBytes(header.Kind),
            LiveFrame.TagBytes,
            body);
    }

    private void SetNonce(int unit, uint counter)
    {
        _nonce[1] = (byte)(unit >> 8);
        _nonce[2] = (byte)unit;
        PutUInt32(_nonce, 3, counter);
    }

    private int SetAssociated(byte[] frame, int offset, FrameKind kind, OperatingArea area)
    {
        Array.Copy(frame, offset, _associated, 0, FrameHeader.LiveBytes);
        if (kind != FrameKind.LiveArea)
        {
            return FrameHeader.LiveBytes;
        }

        PutUInt32(_associated, FrameHeader.LiveBytes, (uint)area.OriginLatitudeE5);
        PutUInt32(_associated, FrameHeader.LiveBytes + 4, (uint)area.OriginLongitudeE5);
        return FrameHeader.LiveBytes + AreaOriginBytes;
    }

    private static void PutUInt32(byte[] buffer, int offset, uint value)
    {
        buffer[offset] = (byte)(value >> 24);
        buffer[offset + 1] = (byte)(value >> 16);
        buffer[offset + 2] = (byte)(value >> 8);
        buffer[offset + 3] = (byte)value;
    }
}
