using System;
using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// Writes the values of a report as the fields of a body. A field of n bits has 2^n - 1 for
/// <see cref="Fix.Unknown"/>; the largest code below that stands for itself "or more".
/// </summary>
internal sealed class FieldWriter
{
    private readonly BitWriter _bits = new BitWriter();

    /// <inheritdoc cref="BitWriter.Reset"/>
    public void Reset(byte[] buffer, int offset, int length)
    {
        _bits.Reset(buffer, offset, length);
    }

    /// <summary>Writes a field that is its own code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit its width.</exception>
    public void Raw(uint value, int bits)
    {
        _bits.Write(value, bits);
    }

    public void Flag(bool value)
    {
        _bits.Write(value ? 1u : 0u, 1);
    }

    /// <summary>Writes one of the codes 0 to <paramref name="max"/>, of which each means something of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of them.</exception>
    public void Code(int value, int bits, int max)
    {
        if (value < 0 || value > max)
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }

        _bits.Write((uint)value, bits);
    }

    /// <summary>Writes a number of things, in steps of <paramref name="step"/>, nearest; above the range is "or more".</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than none, and not <see cref="Fix.Unknown"/>.</exception>
    public void Count(int value, int bits, int step)
    {
        if (value < 0 && value != Fix.Unknown)
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }

        Measure(value, bits, 0, step, LargestOf(bits));
    }

    /// <summary>
    /// Writes a measured value as the nearest of <paramref name="zero"/> + code x <paramref name="step"/>, halves up.
    /// Below the range is the first code, above it the last one (<paramref name="max"/>): what a sensor says is no
    /// misuse, however odd.
    /// </summary>
    public void Measure(int value, int bits, int zero, int step, int max)
    {
        if (value == Fix.Unknown)
        {
            _bits.Write((uint)(LargestOf(bits) + 1), bits);
            return;
        }

        long above = ((long)value - zero) + (step / 2);
        long code = above < 0 ? 0 : above / step;
        _bits.Write((uint)(code > max ? max : code), bits);
    }

    /// <summary>Writes degrees from true north, 0 to 359.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not on the circle, and not <see cref="Fix.Unknown"/>.</exception>
    public void Degrees(int value)
    {
        if (value != Fix.Unknown && (value < 0 || value >= 360))
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }

        Measure(value, FieldReader.DegreesBits, 0, 1, 359);
    }

    /// <summary>The largest code of a field of so many bits that is not "unknown".</summary>
    public static int LargestOf(int bits)
    {
        return (1 << bits) - 2;
    }
}
