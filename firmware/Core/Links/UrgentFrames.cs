using System;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Links;

/// <summary>
/// Events on their way on every link at once, with a copy of each frame: an SOS goes out even where the journal failed.
/// Bounded: <see cref="FramesMax"/>.
/// </summary>
internal sealed class UrgentFrames
{
    public const int FramesMax = 8;

    /// <summary>The long event has 29 bytes.</summary>
    public const int FrameBytesMax = 32;

    private readonly int _lanes;
    private readonly byte[] _bytes = new byte[FramesMax * FrameBytesMax];
    private readonly int[] _lengths = new int[FramesMax];
    private readonly uint[] _counters = new uint[FramesMax];
    private readonly bool[] _sos = new bool[FramesMax];
    private readonly int[] _sends = new int[FramesMax];

    // By frame and lane.
    private readonly int[] _laneSends;
    private readonly long[] _laneNextMs;

    public UrgentFrames(int lanes)
    {
        _lanes = lanes;
        _laneSends = new int[FramesMax * lanes];
        _laneNextMs = new long[FramesMax * lanes];
    }

    public int Count { get; private set; }

    /// <summary>
    /// Takes a frame, the oldest first in the table. An SOS takes the place of the oldest event when it is full; false
    /// where there is no place.
    /// </summary>
    public bool TryAdd(byte[] frame, int offset, int length, uint counter, bool sos, long nowMs)
    {
        if (length > FrameBytesMax)
        {
            return false;
        }

        if (Count == FramesMax)
        {
            int oldestEvent = OldestEvent();
            if (!sos || oldestEvent < 0)
            {
                return false;
            }

            RemoveAt(oldestEvent);
        }

        int at = Count++;
        Array.Copy(frame, offset, _bytes, at * FrameBytesMax, length);
        _lengths[at] = length;
        _counters[at] = counter;
        _sos[at] = sos;
        _sends[at] = 0;
        for (int lane = 0; lane < _lanes; lane++)
        {
            _laneSends[(at * _lanes) + lane] = 0;
            _laneNextMs[(at * _lanes) + lane] = nowMs;
        }

        return true;
    }

    public bool Holds(uint counter) => IndexOf(counter) >= 0;

    /// <summary>Where the event with this counter stands; -1 if it does not.</summary>
    public int IndexOf(uint counter)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_counters[i] == counter)
            {
                return i;
            }
        }

        return -1;
    }

    public uint CounterOf(int index) => _counters[index];

    public bool IsSos(int index) => _sos[index];

    public int SosCount
    {
        get
        {
            int count = 0;
            for (int i = 0; i < Count; i++)
            {
                count += _sos[i] ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Over all links.</summary>
    public int Sends(int index) => _sends[index];

    /// <summary>On one link.</summary>
    public int LaneSends(int index, int lane) => _laneSends[(index * _lanes) + lane];

    /// <summary>The frame that is due on this link: the oldest SOS, else the oldest event; -1 if none is.</summary>
    public int Due(int lane, bool sosOnly, long nowMs)
    {
        int found = -1;
        for (int i = Count - 1; i >= 0; i--)
        {
            bool due = nowMs >= _laneNextMs[(i * _lanes) + lane] && (_sos[i] || !sosOnly);
            if (due && (found < 0 || _sos[i] || !_sos[found]))
            {
                found = i;
            }
        }

        return found;
    }

    /// <summary>Copies a frame and returns its length, bytes.</summary>
    public int Copy(int index, byte[] buffer)
    {
        Array.Copy(_bytes, index * FrameBytesMax, buffer, 0, _lengths[index]);
        return _lengths[index];
    }

    public void Sent(int index, int lane)
    {
        _sends[index]++;
        _laneSends[(index * _lanes) + lane]++;
    }

    public void NotBefore(int index, int lane, long nextMs)
    {
        _laneNextMs[(index * _lanes) + lane] = nextMs;
    }

    /// <summary>Removes what an acknowledgement covers and returns how many.</summary>
    public int Take(Acknowledgement acknowledgement)
    {
        int taken = 0;
        for (int i = Count - 1; i >= 0; i--)
        {
            if (acknowledgement.Covers(_counters[i]))
            {
                RemoveAt(i);
                taken++;
            }
        }

        return taken;
    }

    public bool Remove(uint counter)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_counters[i] == counter)
            {
                RemoveAt(i);
                return true;
            }
        }

        return false;
    }

    public void RemoveAt(int index)
    {
        Count--;
        for (int i = index; i < Count; i++)
        {
            Array.Copy(_bytes, (i + 1) * FrameBytesMax, _bytes, i * FrameBytesMax, FrameBytesMax);
            _lengths[i] = _lengths[i + 1];
            _counters[i] = _counters[i + 1];
            _sos[i] = _sos[i + 1];
            _sends[i] = _sends[i + 1];
            Array.Copy(_laneSends, (i + 1) * _lanes, _laneSends, i * _lanes, _lanes);
            Array.Copy(_laneNextMs, (i + 1) * _lanes, _laneNextMs, i * _lanes, _lanes);
        }
    }

    private int OldestEvent()
    {
        for (int i = 0; i < Count; i++)
        {
            if (!_sos[i])
            {
                return i;
            }
        }

        return -1;
    }
}
