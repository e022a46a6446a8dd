namespace BoatTelemetry.Core.Journal;

/// <summary>
/// What the journal knows of each erase block without reading it, in 7 bytes and two bits: how many frames it holds,
/// between which counters they lie, whether there may be an event among them, and whether it is set aside.
/// </summary>
internal sealed class JournalBlocks
{
    /// <summary>Frames that a block can hold at most.</summary>
    internal const int FramesMax = byte.MaxValue;

    private readonly uint[] _least;
    private readonly ushort[] _span;
    private readonly byte[] _frames;
    private readonly byte[] _bad;
    private readonly byte[] _events;

    internal JournalBlocks(int count)
    {
        _least = new uint[count];
        _span = new ushort[count];
        _frames = new byte[count];
        _bad = new byte[(count + 7) / 8];
        _events = new byte[(count + 7) / 8];
    }

    internal int BadCount { get; private set; }

    internal int Frames(int block)
    {
        return _frames[block];
    }

    internal bool IsBad(int block)
    {
        return (_bad[block >> 3] & (1 << (block & 7))) != 0;
    }

    internal void SetBad(int block)
    {
        if (!IsBad(block))
        {
            _bad[block >> 3] |= (byte)(1 << (block & 7));
            BadCount++;
        }
    }

    internal uint Least(int block)
    {
        return _least[block];
    }

    /// <summary>A span that the table cannot tell goes on to the end.</summary>
    internal uint Greatest(int block)
    {
        return _span[block] == ushort.MaxValue ? uint.MaxValue : _least[block] + _span[block];
    }

    /// <summary>Whether an event stands there, held or not any more.</summary>
    internal bool HasEvents(int block)
    {
        return (_events[block >> 3] & (1 << (block & 7))) != 0;
    }

    internal void Clear(int block)
    {
        _events[block >> 3] &= (byte)~(1 << (block & 7));
        _frames[block] = 0;
        _span[block] = 0;
        _least[block] = 0;
    }

    internal void Add(int block, uint counter, bool isEvent)
    {
        if (isEvent)
        {
            _events[block >> 3] |= (byte)(1 << (block & 7));
        }

        if (_frames[block] == 0)
        {
            _least[block] = counter;
            _span[block] = 0;
        }
        else
        {
            uint greatest = Greatest(block);
            uint least = counter < _least[block] ? counter : _least[block];
            uint span = (counter > greatest ? counter : greatest) - least;
            _least[block] = least;
            _span[block] = span > ushort.MaxValue ? ushort.MaxValue : (ushort)span;
        }

        _frames[block]++;
    }

    /// <summary>The frame is held no more. The counters' bounds stay as wide as they were.</summary>
    internal void Remove(int block)
    {
        if (_frames[block] > 0)
        {
            _frames[block]--;
        }
    }
}
