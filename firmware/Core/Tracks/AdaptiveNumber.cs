namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// A number of any size: its count of bits in unary, each question with its own <see cref="AdaptiveBit"/>, then the bits
/// below the leading one as they are (an Elias gamma code whose prefix learns).
/// </summary>
internal sealed class AdaptiveNumber
{
    private readonly AdaptiveBit[] _more;

    /// <param name="more">For each count of bits, the question whether there is one more.</param>
    internal AdaptiveNumber(AdaptiveBit[] more)
    {
        _more = more;
    }

    /// <summary>The questions of a number of at most <paramref name="bitsMax"/> bits that has about so many as usual.</summary>
    internal static AdaptiveBit[] Questions(int bitsMax, int bitsUsual)
    {
        var more = new AdaptiveBit[bitsMax];
        for (int i = 0; i < bitsMax; i++)
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

            more[i] = new AdaptiveBit(prior, 4);
        }

        return more;
    }

    internal void Reset()
    {
        for (int i = 0; i < _more.Length; i++)
        {
            _more[i].Reset();
        }
    }

    /// <summary>Codes 0 to 2^bitsMax - 1.</summary>
    internal void Encode(RangeEncoder coder, int value)
    {
        int bits = 0;
        while (bits < _more.Length)
        {
            bool more = (value >> bits) != 0;
            _more[bits].Encode(coder, more);
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

    internal int Decode(RangeDecoder coder)
    {
        int bits = 0;
        while (bits < _more.Length && _more[bits].Decode(coder))
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
