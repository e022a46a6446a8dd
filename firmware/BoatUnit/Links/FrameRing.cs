using System;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>
/// Frames from shore between who receives them and the main loop, which may be two threads. The arrays are made once.
/// </summary>
public sealed class FrameRing
{
    /// <summary>Frames that wait at most: the shore sends one acknowledgement or command at a time.</summary>
    public const int FramesMax = 8;

    private readonly byte[][] _frames = new byte[FramesMax][];
    private readonly int[] _bytes = new int[FramesMax];
    private readonly object _gate = new object();
    private int _first;
    private int _count;

    public FrameRing()
    {
        for (int i = 0; i < FramesMax; i++)
        {
            _frames[i] = new byte[FrameLimits.FrameBytesMax];
        }
    }

    /// <summary>Frames dropped because the ring was full.</summary>
    public int Overflowed { get; private set; }

    /// <summary>Frames dropped because they were longer than any frame is.</summary>
    public int Overlong { get; private set; }

    /// <summary>Frames without a byte, dropped.</summary>
    public int Empty { get; private set; }

    /// <summary>Takes a copy of a frame, or drops and counts it.</summary>
    public void Add(byte[] frame, int bytes)
    {
        lock (_gate)
        {
            if (bytes > FrameLimits.FrameBytesMax)
            {
                Overlong++;
            }
            else if (bytes <= 0)
            {
                Empty++;
            }
            else if (_count == FramesMax)
            {
                Overflowed++;
            }
            else
            {
                int at = (_first + _count) % FramesMax;
                Array.Copy(frame, 0, _frames[at], 0, bytes);
                _bytes[at] = bytes;
                _count++;
            }
        }
    }

    /// <summary>Counts a frame that was too long to be handed on at all.</summary>
    public void AddOverlong()
    {
        lock (_gate)
        {
            Overlong++;
        }
    }

    /// <summary>Copies the oldest frame and forgets it; its length, bytes, or 0 when there is none.</summary>
    /// <exception cref="ArgumentException">The buffer has no room for the longest frame.</exception>
    public int Take(byte[] buffer, int offset)
    {
        if (buffer.Length - offset < FrameLimits.FrameBytesMax)
        {
            throw new ArgumentException("The buffer must hold the longest frame.");
        }

        lock (_gate)
        {
            if (_count == 0)
            {
                return 0;
            }

            int bytes = _bytes[_first];
            Array.Copy(_frames[_first], 0, buffer, offset, bytes);
            _first = (_first + 1) % FramesMax;
            _count--;
            return bytes;
        }
    }
}
