namespace System;

/// <summary>nanoFramework's own span of bytes (mscorlib).</summary>
public readonly struct SpanByte
{
    private readonly byte[]? _array;
    private readonly int _start;
    private readonly int _length;

    public SpanByte(byte[] array)
        : this(array, 0, array is null ? 0 : array.Length)
    {
    }

    public SpanByte(byte[] array, int start, int length)
    {
        if (array is not null)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(start);
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, array.Length - start);
        }

        _array = array;
        _start = start;
        _length = length;
    }

    public int Length => _length;

    public byte this[int index]
    {
        get => index >= 0 && index < _length ? _array![_start + index] : throw new ArgumentOutOfRangeException(nameof(index));
        set
        {
            if (index < 0 || index >= _length)
                throw new ArgumentOutOfRangeException(nameof(index));

            _array![_start + index] = value;
        }
    }

    public static implicit operator SpanByte(byte[] array) => new(array);

    /// <summary>The facade's own view of it; not on the platform.</summary>
    internal Span<byte> AsSpan() => _array is null ? default : _array.AsSpan(_start, _length);
}
