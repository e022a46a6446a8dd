using System;

namespace BoatTelemetry.Core.Links;

/// <summary>Frames from shore that wait to be taken, with their levels; bounded, the newest is refused when it is full.</summary>
internal sealed class ReceivedFrames
{
    public const int FramesMax = 4;

    /// <summary>No downlink is longer than a key change, 35 bytes.</summary>
    public const int FrameBytesMax = 64;

    private readonly byte[] _bytes = new byte[FramesMax * FrameBytesMax];
    private readonly int[] _lengths = new int[FramesMax];
    private readonly int[] _rssiDbm = new int[FramesMax];
    private readonly int[] _snrCdb = new int[FramesMax];
    private int _first;

    public int Count { get; private set; }

    /// <summary>Of the frame taken last.</summary>
    public int TakenRssiDbm { get; private set; } = RadioLevel.Unknown;

    /// <inheritdoc cref="TakenRssiDbm"/>
    public int TakenSnrCdb { get; private set; } = RadioLevel.Unknown;

    public bool TryAdd(byte[] frame, int length, int rssiDbm, int snrCdb)
    {
        if (Count == FramesMax || length > FrameBytesMax)
        {
            return false;
        }

        int slot = (_first + Count) % FramesMax;
        Array.Copy(frame, 0, _bytes, slot * FrameBytesMax, length);
        _lengths[slot] = length;
        _rssiDbm[slot] = rssiDbm;
        _snrCdb[slot] = snrCdb;
        Count++;
        return true;
    }

    /// <summary>Copies the oldest and returns its length, bytes; 0 where there is none.</summary>
    public int Take(byte[] buffer, int offset)
    {
        if (Count == 0)
        {
            return 0;
        }

        int slot = _first;
        _first = (_first + 1) % FramesMax;
        Count--;
        TakenRssiDbm = _rssiDbm[slot];
        TakenSnrCdb = _snrCdb[slot];
        int length = _lengths[slot];
        if (length > buffer.Length - offset)
        {
            return 0;
        }

        Array.Copy(_bytes, slot * FrameBytesMax, buffer, offset, length);
        return length;
    }
}
