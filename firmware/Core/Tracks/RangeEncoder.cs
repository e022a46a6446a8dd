namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// A range coder in 31-bit integers (G. N. N. Martin, "Range encoding", 1979; the pending-carry byte is LZMA's).
/// Every quantity stays below 2^31, so signed 32-bit arithmetic is exact and the two compilers cannot differ in how
/// they widen an unsigned number.
/// </summary>
/// <remarks>
/// A committed byte never changes: a byte that a carry may still reach is pending, with the 0xFF bytes behind it.
/// So the state before a fix is five integers, and a fix that does not fit is taken back by restoring them.
/// </remarks>
internal sealed class RangeEncoder
{
    /// <summary>Bits of a probability: the frequencies of one alphabet add up to 2^16.</summary>
    internal const int TotalBits = 16;

    /// <summary>The sum of the frequencies of one alphabet.</summary>
    internal const int Total = 1 << TotalBits;

    internal const int TopBits = 30;
    internal const int Top = 1 << TopBits;
    internal const int ByteShift = TopBits - 8;
    internal const int Bottom = 1 << ByteShift;

    /// <summary>The bytes that <see cref="Finish"/> adds at most beyond what is pending.</summary>
    private const int FlushBytesMax = 1;

    private readonly byte[] _bytes;
    private int _low;
    private int _range;
    private int _committed;
    private int _cache;
    private int _pending;
    private int _savedLow;
    private int _savedRange;
    private int _savedCommitted;
    private int _savedCache;
    private int _savedPending;

    /// <param name="bytesMax">The longest result; the buffer has room for what one more fix can add.</param>
    internal RangeEncoder(int bytesMax)
    {
        _bytes = new byte[bytesMax + OverrunBytes];
        Reset();
    }

    /// <summary>
    /// More than one fix can add: a mode switch, an interval, two positions and speed and course, all by their escapes,
    /// come to less than 32 bytes.
    /// </summary>
    internal const int OverrunBytes = 40;

    /// <summary>The length of the result if <see cref="Finish"/> were called now; trailing zeros may make it shorter.</summary>
    internal int LengthIfFinished
    {
        get { return _committed + _pending + FlushBytesMax; }
    }

    internal void Reset()
    {
        _low = 0;
        _range = Top;

        // The first byte pushed is the digit before the binary point, always 0 and never stored.
        _committed = -1;
        _cache = 0;
        _pending = 1;
    }

    /// <summary>Remembers the state for <see cref="Restore"/>.</summary>
    internal void Save()
    {
        _savedLow = _low;
        _savedRange = _range;
        _savedCommitted = _committed;
        _savedCache = _cache;
        _savedPending = _pending;
    }

    /// <summary>Takes back everything coded since <see cref="Save"/>.</summary>
    internal void Restore()
    {
        _low = _savedLow;
        _range = _savedRange;
        _committed = _savedCommitted;
        _cache = _savedCache;
        _pending = _savedPending;
    }

    /// <summary>Codes the symbol that owns [<paramref name="start"/>, start + frequency) of <see cref="Total"/>.</summary>
    internal void Encode(int start, int frequency)
    {
        int unit = _range >> TotalBits;
        _low += start * unit;
        _range = frequency * unit;
        while (_range < Bottom)
        {
            _range <<= 8;
            PushByte();
        }
    }

    /// <summary>Codes the low <paramref name="bits"/> (at most 16) of <paramref name="value"/> as they are.</summary>
    internal void EncodeBits(int value, int bits)
    {
        Encode(value << (TotalBits - bits), 1 << (TotalBits - bits));
    }

    /// <summary>
    /// Ends the code and copies it. The decoder reads zeros behind the end, so trailing zero bytes are left out.
    /// The encoder must be <see cref="Reset"/> before it is used again.
    /// </summary>
    /// <returns>The length in bytes.</returns>
    internal int Finish(byte[] destination, int offset)
    {
        // The number in [low, low + range) with the most trailing zeros: range is at least 2^22, so one byte will do.
        _low = (_low + Bottom - 1) & ~(Bottom - 1);
        PushByte();
        PushByte();
        int length = _committed;
        while (length > 0 && _bytes[length - 1] == 0)
        {
            length--;
        }

        System.Array.Copy(_bytes, 0, destination, offset, length);
        return length;
    }

    private void PushByte()
    {
        if (_low < (0xFF << ByteShift) || _low >= Top)
        {
            int carry = _low >> TopBits;
            int value = _cache + carry;
            int filler = 0xFF + carry;
            do
            {
                if (_committed >= 0)
                {
                    _bytes[_committed] = (byte)value;
                }

                _committed++;
                value = filler;
                _pending--;
            }
            while (_pending != 0);

            _cache = (_low >> ByteShift) & 0xFF;
        }

        _pending++;
        _low = (_low & (Bottom - 1)) << 8;
    }
}
