namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// A number of any size: its count of bits in unary, each question with its own probability, then the bits
/// below the leading one as they are (an Elias gamma code whose prefix learns).
/// </summary>
internal sealed class AdaptiveNumber
{
    private readonly AdaptiveBits _more;
    private readonly int _bitsMax;

    /// <param name="bitsMax">The most bits that a number has.</param>
    /// <param name="bitsUsual">How many it usually has, less the number of easier questions that it starts after.</param>
    /// <param name="easierMax">The most easier questions that a number starts after.</param>
    internal AdaptiveNumber(int bitsMax, int bitsUsual, int easierMax)
    {
        _bitsMax = bitsMax;
        _more = new AdaptiveBits(Priors(bitsMax + easierMax, bitsUsual + easierMax), 4);
    }

    private static ushort[] Priors(int count, int bitsUsual)
    {
        var priors = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            // 15/16 well below the usual size, 1/2 at it, 1/3 above.
            int prior = RangeEncoder.Total / 3;
            if (i < bitsUsual - 1)
            {
                prior = RangeEncoder.Total - (RangeEncoder.Total / 16);
            }
            else if (i < bitsUsual)
            {
                prior = RangeEncoder.Total - (RangeEncoder.Total / 4);
            }
            else if (i == bitsUsual)
            {
                prior = RangeEncoder.Total / 2;
            }

            priors[i] = (ushort)prior;
        }

        return priors;
    }

    internal void Reset()
    {
        _more.Reset();
    }

    /// <summary>Codes 0 to 2^bitsMax - 1.</summary>
    /// <param name="coder">Takes the code.</param>
    /// <param name="value">The number.</param>
    /// <param name="easier">
    /// Of how many questions the answer is not asked: the smaller this is, the more bits are expected.
    /// </param>
    internal void Encode(RangeEncoder coder, int value, int easier)
    {
        int bits = 0;
        while (bits < _bitsMax)
        {
            bool more = (value >> bits) != 0;
            _more.Encode(coder, easier + bits, more);
            if (!more)
            {
                break;
            }

            bits++;
        }

        int rest = bits - 1;
        if (rest > 16)
        {
            coder.EncodeBits((value >> 16) & ((1 << (rest - 16)) - 1), rest - 16);
            rest = 16;
        }

        if (rest > 0)
        {
            coder.EncodeBits(value & ((1 << rest) - 1), rest);
        }
    }

    internal int Decode(RangeDecoder coder, int easier)
    {
        int bits = 0;
        while (bits < _bitsMax && _more.Decode(coder, easier + bits))
        {
            bits++;
        }

        if (bits == 0)
        {
            return 0;
        }

        int rest = bits - 1;
        int value = 1 << rest;
        if (rest > 16)
        {
            value |= coder.DecodeBits(rest - 16) << 16;
            rest = 16;
        }

        return rest > 0 ? value | coder.DecodeBits(rest) : value;
    }
}
