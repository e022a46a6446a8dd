namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// What is left of a number after prediction, coded under a mixture of three predictions: each has its own mean, its own
/// running scale and a weight that follows how well it did. The code length is that of the mixture, so the better
/// predictor of the moment sets the price and nothing has to be signalled.
/// </summary>
/// <remarks>
/// All fixed point: means and scales in 1/256 of a step, weights in 1/256, probabilities in 1/65536. The window of
/// <see cref="WindowSteps"/> either side of the centre has at least 1/65536 for every value; beyond it stands an escape.
/// Alternatives and their figures: docs/decisions/track-codec.md.
/// </remarks>
internal sealed class ResidualModel
{
    /// <summary>Values this far from the centre are coded directly, others by the escape.</summary>
    internal const int WindowSteps = 127;

    private const int EscapeFrequency = 33;
    private const int Mass = RangeEncoder.Total - EscapeFrequency - (2 * WindowSteps) - 1;
    private const int HalfMass = Mass / 2;

    // A receiver that repeats a position leaves no residual; a scale of 1/8 step then costs 0.01 bit a fix.
    private const int ScaleMin = 32;
    private const int ScaleMax = 1 << 15;

    // Mean of |residual| to scale: 184/256 = 0.72 (measured best of 0.6 to 0.85 for this shape, flat).
    private const int ScalePerResidual = 184;

    // A weight never falls below 1/16: a predictor that was useless under way is asked again in the turn.
    private const int WeightFloor = 16;
    private const int WeightTotal = 256;

    /// <summary>
    /// Upper half of the distribution, z = 0 to 16 in steps of 1/16 of the scale, times <see cref="HalfMass"/>:
    /// 0.6 (1 - exp(-z)) + 0.4 z / sqrt(2 + z^2), a Laplace distribution with the tail of Student's t of two degrees.
    /// </summary>
    private static readonly ushort[] UpperHalf =
    [
        0, 1762, 3449, 5062, 6601, 8069, 9466, 10793, 12052, 13244, 14372, 15437, 16442, 17389, 18281, 19119,
        19908, 20648, 21343, 21996, 22609, 23183, 23722, 24228, 24702, 25147, 25564, 25955, 26323, 26667, 26991, 27295,
        27580, 27848, 28100, 28337, 28560, 28769, 28966, 29151, 29326, 29490, 29645, 29791, 29928, 30058, 30180, 30295,
        30404, 30506, 30603, 30695, 30781, 30863, 30940, 31013, 31083, 31148, 31210, 31269, 31324, 31377, 31427, 31474,
        31519, 31562, 31602, 31641, 31677, 31712, 31745, 31776, 31806, 31835, 31862, 31888, 31912, 31936, 31958, 31979,
        31999, 32019, 32037, 32055, 32072, 32088, 32104, 32119, 32133, 32147, 32160, 32172, 32184, 32196, 32207, 32217,
        32227, 32237, 32247, 32256, 32264, 32273, 32281, 32289, 32296, 32304, 32310, 32317, 32324, 32330, 32336, 32342,
        32348, 32353, 32359, 32364, 32369, 32374, 32378, 32383, 32387, 32391, 32396, 32400, 32404, 32407, 32411, 32415,
        32418, 32422, 32425, 32428, 32431, 32434, 32437, 32440, 32443, 32446, 32449, 32451, 32454, 32456, 32459, 32461,
        32463, 32466, 32468, 32470, 32472, 32474, 32476, 32478, 32480, 32482, 32484, 32486, 32488, 32489, 32491, 32493,
        32495, 32496, 32498, 32499, 32501, 32502, 32504, 32505, 32507, 32508, 32509, 32511, 32512, 32513, 32515, 32516,
        32517, 32518, 32520, 32521, 32522, 32523, 32524, 32525, 32526, 32527, 32528, 32529, 32530, 32531, 32532, 32533,
        32534, 32535, 32536, 32537, 32538, 32539, 32540, 32540, 32541, 32542, 32543, 32544, 32544, 32545, 32546, 32547,
        32547, 32548, 32549, 32550, 32550, 32551, 32552, 32552, 32553, 32554, 32554, 32555, 32555, 32556, 32557, 32557,
        32558, 32558, 32559, 32560, 32560, 32561, 32561, 32562, 32562, 32563, 32563, 32564, 32564, 32565, 32565, 32566,
        32566, 32567, 32567, 32568, 32568, 32569, 32569, 32570, 32570, 32570, 32571, 32571, 32572, 32572, 32573, 32573,
        32573,
    ];

    // Share of the newest residual in the scale, in 1/64, by the number of residuals seen: 1/n first, 1/16 later.
    private static readonly byte[] ScaleGain = [32, 26, 20, 16, 14, 12, 10, 9, 8, 7, 7, 6, 6, 5, 5, 4];

    /// <summary>
    /// The three predictions of the number, 1/256 step from the reference, within 2^20. The caller sets them.
    /// </summary>
    internal int Mean0;
    internal int Mean1;
    internal int Mean2;

    /// <summary>What <see cref="Decode"/> found.</summary>
    internal int Value;

    private int _scale0;
    private int _scale1;
    private int _scale2;
    private int _weight0;
    private int _weight1;
    private int _weight2;
    private int _share0;
    private int _share1;
    private int _share2;
    private int _centre;
    private int _experience;

    /// <param name="scale">The scale that the first number is coded with, 1/256 step.</param>
    internal void Reset(int scale)
    {
        _weight0 = WeightTotal / 3;
        _weight1 = WeightTotal / 3;
        _weight2 = WeightTotal - _weight0 - _weight1;
        SetScale(scale);
    }

    /// <summary>Starts the scales anew.</summary>
    internal void SetScale(int scale)
    {
        _experience = 0;
        _scale0 = scale;
        _scale1 = scale;
        _scale2 = scale;
    }

    /// <summary>Codes <paramref name="value"/>, which lies within 2^26 of the reference.</summary>
    /// <returns>Whether it lay inside the window.</returns>
    internal bool Encode(RangeEncoder coder, int value)
    {
        _centre = (Mean1 + 128) >> 8;
        int offset = value - _centre;
        if (offset < -WindowSteps || offset > WindowSteps)
        {
            coder.Encode(RangeEncoder.Total - EscapeFrequency, EscapeFrequency);
            EncodeFar(coder, offset);
            return false;
        }

        int edge = (value << 8) - 128;
        int below0 = Below(edge - Mean0, _scale0);
        int below1 = Below(edge - Mean1, _scale1);
        int below2 = Below(edge - Mean2, _scale2);
        edge += 256;
        _share0 = Below(edge - Mean0, _scale0) - below0;
        _share1 = Below(edge - Mean1, _scale1) - below1;
        _share2 = Below(edge - Mean2, _scale2) - below2;
        int start = Mixed(below0, below1, below2);
        int end = Mixed(below0 + _share0, below1 + _share1, below2 + _share2);
        if (offset == -WindowSteps)
        {
            start = 0;
        }
        else if (offset == WindowSteps)
        {
            end = Mass;
        }

        coder.Encode(start + offset + WindowSteps, end - start + 1);
        Learn(value);
        return true;
    }

    /// <summary>The mirror of <see cref="Encode"/>; <see cref="Value"/> has the number.</summary>
    internal bool Decode(RangeDecoder coder)
    {
        _centre = (Mean1 + 128) >> 8;
        int target = coder.Peek();
        if (target >= RangeEncoder.Total - EscapeFrequency)
        {
            coder.Take(RangeEncoder.Total - EscapeFrequency, EscapeFrequency);
            Value = _centre + DecodeFar(coder);
            return false;
        }

        // The largest offset whose interval starts at or below the target.
        int low = -WindowSteps;
        int high = WindowSteps;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (StartOf(middle) <= target)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        int start = StartOf(low);
        int next = low == WindowSteps ? RangeEncoder.Total - EscapeFrequency : StartOf(low + 1);
        coder.Take(start, next - start);
        Value = _centre + low;
        int edge = (Value << 8) - 128;
        _share0 = Below(edge + 256 - Mean0, _scale0) - Below(edge - Mean0, _scale0);
        _share1 = Below(edge + 256 - Mean1, _scale1) - Below(edge - Mean1, _scale1);
        _share2 = Below(edge + 256 - Mean2, _scale2) - Below(edge - Mean2, _scale2);
        Learn(Value);
        return true;
    }

    private int StartOf(int offset)
    {
        if (offset == -WindowSteps)
        {
            return 0;
        }

        int edge = ((_centre + offset) << 8) - 128;
        return offset + WindowSteps
            + Mixed(Below(edge - Mean0, _scale0), Below(edge - Mean1, _scale1), Below(edge - Mean2, _scale2));
    }

    private int Mixed(int share0, int share1, int share2)
    {
        return ((_weight0 * share0) + (_weight1 * share1) + (_weight2 * share2)) >> 8;
    }

    /// <summary>The mass below a point that lies <paramref name="distance"/> above the mean.</summary>
    private static int Below(int distance, int scale)
    {
        if (distance >= 0)
        {
            int z = (distance << 8) / scale;
            if (z >= 4096)
            {
                return HalfMass + UpperHalf[256];
            }

            int i = z >> 4;
            int value = UpperHalf[i];
            return HalfMass + value + (((UpperHalf[i + 1] - value) * (z & 15)) >> 4);
        }
        else
        {
            int z = (-distance << 8) / scale;
            if (z >= 4096)
            {
                return HalfMass - UpperHalf[256];
            }

            int i = z >> 4;
            int value = UpperHalf[i];
            return HalfMass - value - (((UpperHalf[i + 1] - value) * (z & 15)) >> 4);
        }
    }

    private void Learn(int value)
    {
        // Twelve bits of each share, so that weight x share x span stays below 2^31.
        int product0 = _weight0 * ((_share0 >> 4) + 1);
        int product1 = _weight1 * ((_share1 >> 4) + 1);
        int sum = product0 + product1 + (_weight2 * ((_share2 >> 4) + 1));
        const int Span = WeightTotal - (3 * WeightFloor);
        _weight0 = WeightFloor + (product0 * Span / sum);
        _weight1 = WeightFloor + (product1 * Span / sum);
        _weight2 = WeightTotal - _weight0 - _weight1;

        int gain = ScaleGain[_experience];
        if (_experience < ScaleGain.Length - 1)
        {
            _experience++;
        }

        int at = value << 8;
        _scale0 = NextScale(_scale0, at - Mean0, gain);
        _scale1 = NextScale(_scale1, at - Mean1, gain);
        _scale2 = NextScale(_scale2, at - Mean2, gain);
    }

    private static int NextScale(int scale, int residual, int gain)
    {
        if (residual < 0)
        {
            residual = -residual;
        }

        scale += ((((residual * ScalePerResidual) >> 8) - scale) * gain) >> 6;
        if (scale < ScaleMin)
        {
            return ScaleMin;
        }

        return scale > ScaleMax ? ScaleMax : scale;
    }

    // Far values: sign, number of bits (5), then the bits below the leading one.
    private static void EncodeFar(RangeEncoder coder, int offset)
    {
        int magnitude = offset;
        int sign = 0;
        if (offset < 0)
        {
            magnitude = -offset;
            sign = 1;
        }

        int bits = 0;
        while ((magnitude >> (bits + 1)) != 0)
        {
            bits++;
        }

        coder.EncodeBits((sign << 5) | bits, 6);
        int rest = magnitude - (1 << bits);
        if (bits > 16)
        {
            coder.EncodeBits(rest >> 16, bits - 16);
            rest &= 0xFFFF;
            bits = 16;
        }

        if (bits > 0)
        {
            coder.EncodeBits(rest, bits);
        }
    }

    private static int DecodeFar(RangeDecoder coder)
    {
        int head = coder.DecodeBits(6);
        int bits = head & 31;

        // No encoder writes more than 27 bits; a larger number stays inside 32 bits and fails the range check of its user.
        if (bits > 27)
        {
            bits = 27;
        }

        int leading = 1 << bits;
        int rest = 0;
        if (bits > 16)
        {
            rest = coder.DecodeBits(bits - 16) << 16;
            bits = 16;
        }

        if (bits > 0)
        {
            rest |= coder.DecodeBits(bits);
        }

        int magnitude = leading | rest;
        return (head & 32) != 0 ? -magnitude : magnitude;
    }
}
