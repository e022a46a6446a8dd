using System;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// Reads what <see cref="BitWriter"/> wrote. Reading past the end yields zeros and sets <see cref="Exhausted"/>; the
/// caller looks once, at the end.
/// </summary>
public sealed class BitReader
{
    private byte[] _buffer;
    private int _position;
    private int _end;
    private ulong _pending;
    private int _pendingBits;

    /// <summary>Whether more was asked for than there was.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Starts at the first bit of <paramref name="buffer"/>[<paramref name="offset"/>].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the buffer.</exception>
    public void Reset(byte[] buffer, int offset, int length)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0 || length < 0 || offset > buffer.Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        _buffer = buffer;
        _position = offset;
        _end = offset + length;
        _pending = 0;
        _pendingBits = 0;
        Exhausted = false;
    }

    /// <summary>The next <paramref name="bits"/> bits (0 to 32) as an unsigned integer.</summary>
    public uint Read(int bits)
    {
        if (bits < 0 || bits > 32)
        {
            throw new ArgumentOutOfRangeException(nameof(bits));
        }

        while (_pendingBits < bits)
        {
            byte next = 0;
            if (_position < _end)
            {
                next = _buffer[_position++];
            }
            else
            {
                Exhausted = true;
            }

            _pending = (_pending << 8) | next;
            _pendingBits += 8;
        }

        _pendingBits -= bits;
        ulong mask = (1UL << bits) - 1;
        return (uint)((_pending >> _pendingBits) & mask);
    }
}
