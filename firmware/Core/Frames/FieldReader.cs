using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Frames;

/// <summary>
/// Reads what <see cref="FieldWriter"/> wrote. A code that the layout does not allow clears <see cref="Valid"/>, and
/// reading goes on; the caller looks once, at the end.
/// </summary>
internal sealed class FieldReader
{
    /// <summary>Bits of a course or bearing.</summary>
    public const int DegreesBits = 9;

    private readonly BitReader _bits = new BitReader();

    /// <summary>Whether every field so far held what its layout allows.</summary>
    public bool Valid { get; private set; }

    /// <inheritdoc cref="BitReader.Reset"/>
    public void Reset(byte[] buffer, int offset, int length)
    {
        _bits.Reset(buffer, offset, length);
        Valid = true;
    }

    public uint Raw(int bits)
    {
        return _bits.Read(bits);
    }

    public bool Flag()
    {
        return _bits.Read(1) == 1;
    }

    /// <summary>One of the codes 0 to <paramref name="max"/>.</summary>
    public int Code(int bits, int max)
    {
        int code = (int)_bits.Read(bits);
        Require(code <= max);
        return code;
    }

    /// <summary>A number of things in steps of <paramref name="step"/>.</summary>
    public int Count(int bits, int step)
    {
        return Measure(bits, 0, step, FieldWriter.LargestOf(bits));
    }

    /// <summary>A measured value; its last code is <paramref name="max"/>.</summary>
    public int Measure(int bits, int zero, int step, int max)
    {
        int code = (int)_bits.Read(bits);
        if (code == FieldWriter.LargestOf(bits) + 1)
        {
            return Fix.Unknown;
        }

        Require(code <= max);
        return zero + (code * step);
    }

    /// <summary>Degrees from true north.</summary>
    public int Degrees()
    {
        return Measure(DegreesBits, 0, 1, 359);
    }

    /// <summary>Bits that are zero until a later version gives them a meaning.</summary>
    public void Reserved(int bits)
    {
        Require(_bits.Read(bits) == 0);
    }

    /// <summary>Clears <see cref="Valid"/> unless the condition holds.</summary>
    public void Require(bool condition)
    {
        Valid = Valid && condition;
    }
}
