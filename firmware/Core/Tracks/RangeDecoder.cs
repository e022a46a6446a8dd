namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// The mirror of <see cref="RangeEncoder"/>. It reads zeros behind the end of its bytes, never outside them, and every
/// call ends whatever the bytes are: what they mean is for the caller to doubt.
/// </summary>
internal sealed class RangeDecoder
{
    private byte[] _bytes;
    private int _next;
    private int _end;
    private int _previous;
    private int _code;
    private int _range;
    private int _unit;

    internal void Reset(byte[] bytes, int offset, int count)
    {
        _bytes = bytes;
        _next = offset;
        _end = offset + count;
        _range = RangeEncoder.Top;
        _code = NextByte() << 22;
        _code |= NextByte() << 14;
        _code |= NextByte() << 6;
        _previous = NextByte();
        _code |= _previous >> 2;
    }

    /// <summary>A number in [0, Total) that lies inside the interval of the symbol that comes next.</summary>
    internal int Peek()
    {
        _unit = _range >> RangeEncoder.TotalBits;
        int target = _code / _unit;

        // Only bytes that no encoder wrote point into the remainder of the division.
        return target < RangeEncoder.Total ? target : RangeEncoder.Total - 1;
    }

    /// <summary>
    /// Takes the symbol that <see cref="Peek"/> found. Bytes that no encoder wrote may lie in none; they are moved into it.
    /// </summary>
    internal void Take(int start, int frequency)
    {
        _code -= start * _unit;
        _range = frequency * _unit;
        if (_code >= _range)
        {
            _code = _range - 1;
        }
        else if (_code < 0)
        {
            _code = 0;
        }

        while (_range < RangeEncoder.Bottom)
        {
            _range <<= 8;
            int next = NextByte();
            _code = (_code << 8) | ((_previous & 3) << 6) | (next >> 2);
            _previous = next;
        }
    }

    /// <summary>The mirror of <see cref="RangeEncoder.EncodeBits"/>.</summary>
    internal int DecodeBits(int bits)
    {
        int shift = RangeEncoder.TotalBits - bits;
        int value = Peek() >> shift;
        Take(value << shift, 1 << shift);
        return value;
    }

    private int NextByte()
    {
        if (_next >= _end)
        {
            return 0;
        }

        return _bytes[_next++];
    }
}
