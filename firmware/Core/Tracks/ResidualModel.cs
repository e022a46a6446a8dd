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

    // A residual counts as at least this, 1/256 step, so that a receiver that repeats its position does not make the first
    // move after it dear (16 to 64 measured; flat from 24 to 48).
    private const int ResidualLeast = 32;
    private const int WideScale = 8 << 8;
    private const int ZMax = 512;

    // A weight never falls below 1/32: a predictor that was useless under way is asked again in the turn.
    private const int WeightFloor = 8;
    private const int WeightTotal = 256;

    /// <summary>
    /// Mass below a distance of 0 to 16 mean residuals above the prediction, in steps of 1/32:
    /// H + H (0.6 (1 - exp(-z)) + 0.4 z / sqrt(2 + z^2)) with z = distance / 0.72 and H half of <see cref="Mass"/>, which is
    /// a Laplace distribution with the tail of Student's t of two degrees. The lower half mirrors it.
    /// </summary>
    private static readonly ushort[] UpperHalf =
    [
        32624, 33856, 35051, 36210, 37334, 38422, 39475, 40494, 41478, 42428, 43345, 44229, 45081, 45900, 46689, 47447,
        48176, 48875, 49547, 50191, 50808, 51400, 51967, 52510, 53030, 53528, 54005, 54461, 54897, 55315, 55714, 56096,
        56461, 56811, 57145, 57465, 57771, 58063, 58343, 58611, 58867, 59112, 59347, 59571, 59786, 59992, 60189, 60377,
        60558, 60731, 60897, 61056, 61208, 61353, 61493, 61627, 61755, 61878, 61996, 62110, 62218, 62323, 62422, 62518,
        62611, 62699, 62784, 62865, 62944, 63019, 63091, 63160, 63227, 63291, 63353, 63412, 63469, 63524, 63577, 63627,
        63676, 63723, 63768, 63812, 63854, 63894, 63933, 63971, 64007, 64041, 64075, 64107, 64138, 64168, 64197, 64225,
        64252, 64278, 64303, 64327, 64351, 64373, 64395, 64416, 64437, 64456, 64475, 64494, 64512, 64529, 64545, 64561,
        64577, 64592, 64607, 64621, 64634, 64648, 64660, 64673, 64685, 64697, 64708, 64719, 64730, 64740, 64750, 64760,
        64769, 64778, 64787, 64796, 64804, 64812, 64820, 64828, 64835, 64843, 64850, 64857, 64863, 64870, 64876, 64882,
        64888, 64894, 64900, 64906, 64911, 64916, 64921, 64927, 64931, 64936, 64941, 64945, 64950, 64954, 64958, 64963,
        64967, 64971, 64974, 64978, 64982, 64986, 64989, 64993, 64996, 64999, 65002, 65006, 65009, 65012, 65015, 65018,
        65021, 65023, 65026, 65029, 65031, 65034, 65037, 65039, 65041, 65044, 65046, 65048, 65051, 65053, 65055, 65057,
        65059, 65061, 65063, 65065, 65067, 65069, 65071, 65073, 65075, 65077, 65078, 65080, 65082, 65084, 65085, 65087,
        65088, 65090, 65092, 65093, 65095, 65096, 65098, 65099, 65100, 65102, 65103, 65104, 65106, 65107, 65108, 65110,
        65111, 65112, 65113, 65115, 65116, 65117, 65118, 65119, 65120, 65121, 65123, 65124, 65125, 65126, 65127, 65128,
        65129, 65130, 65131, 65132, 65133, 65134, 65135, 65135, 65136, 65137, 65138, 65139, 65140, 65141, 65142, 65142,
        65143, 65144, 65145, 65146, 65146, 65147, 65148, 65149, 65150, 65150, 65151, 65152, 65152, 65153, 65154, 65155,
        65155, 65156, 65157, 65157, 65158, 65159, 65159, 65160, 65160, 65161, 65162, 65162, 65163, 65163, 65164, 65165,
        65165, 65166, 65166, 65167, 65167, 65168, 65169, 65169, 65170, 65170, 65171, 65171, 65172, 65172, 65173, 65173,
        65174, 65174, 65175, 65175, 65176, 65176, 65176, 65177, 65177, 65178, 65178, 65179, 65179, 65180, 65180, 65180,
        65181, 65181, 65182, 65182, 65182, 65183, 65183, 65184, 65184, 65184, 65185, 65185, 65186, 65186, 65186, 65187,
        65187, 65187, 65188, 65188, 65188, 65189, 65189, 65190, 65190, 65190, 65191, 65191, 65191, 65191, 65192, 65192,
        65192, 65193, 65193, 65193, 65194, 65194, 65194, 65195, 65195, 65195, 65195, 65196, 65196, 65196, 65197, 65197,
        65197, 65197, 65198, 65198, 65198, 65198, 65199, 65199, 65199, 65200, 65200, 65200, 65200, 65201, 65201, 65201,
        65201, 65202, 65202, 65202, 65202, 65202, 65203, 65203, 65203, 65203, 65204, 65204, 65204, 65204, 65204, 65205,
        65205, 65205, 65205, 65206, 65206, 65206, 65206, 65206, 65207, 65207, 65207, 65207, 65207, 65208, 65208, 65208,
        65208, 65208, 65209, 65209, 65209, 65209, 65209, 65209, 65210, 65210, 65210, 65210, 65210, 65211, 65211, 65211,
        65211, 65211, 65211, 65212, 65212, 65212, 65212, 65212, 65212, 65213, 65213, 65213, 65213, 65213, 65213, 65213,
        65214, 65214, 65214, 65214, 65214, 65214, 65215, 65215, 65215, 65215, 65215, 65215, 65215, 65216, 65216, 65216,
        65216, 65216, 65216, 65216, 65216, 65217, 65217, 65217, 65217, 65217, 65217, 65217, 65218, 65218, 65218, 65218,
        65218, 65218, 65218, 65218, 65219, 65219, 65219, 65219, 65219, 65219, 65219, 65219, 65219, 65220, 65220, 65220,
        65220, 65220, 65220, 65220, 65220, 65220, 65221, 65221, 65221, 65221, 65221, 65221, 65221, 65221, 65221, 65222,
        65222,
    ];

    // Share of the newest residual in the scale, in 1/64, by the number of residuals seen: 1/n first, 1/16 later.
    private static readonly byte[] YoungScaleGain = [32, 26, 20, 16, 14, 12, 10, 9, 8, 7, 7, 6, 6, 5, 5];

    /// <summary>What <see cref="Decode"/> found.</summary>
    internal int Value;

    private int _scale0;
    private int _scale1;
    private int _scale2;
    private int _weight0;
    private int _weight1;
    private int _weight2;
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
    /// <param name="coder">Takes the code.</param>
    /// <param name="value">Steps from the reference.</param>
    /// <param name="mean0">First prediction, 1/256 step from the reference, within 2^20; likewise the others.</param>
    /// <param name="mean1">Second prediction, in whose nearest step the window has its centre.</param>
    /// <param name="mean2">Third prediction.</param>
    /// <returns>Whether it lay inside the window.</returns>
    internal bool Encode(RangeEncoder coder, int value, int mean0, int mean1, int mean2)
    {
        int offset = value - ((mean1 + 128) >> 8);
        if (offset < -WindowSteps || offset > WindowSteps)
        {
            coder.Encode(RangeEncoder.Total - EscapeFrequency, EscapeFrequency);
            EncodeFar(coder, offset);
            return false;
        }

        int edge = (value << 8) - 128;
        int below0 = Below(edge - mean0, _scale0);
        int below1 = Below(edge - mean1, _scale1);
        int below2 = Below(edge - mean2, _scale2);
        edge += 256;
        int product0 = _weight0 * (Below(edge - mean0, _scale0) - below0);
        int product1 = _weight1 * (Below(edge - mean1, _scale1) - below1);
        int product2 = _weight2 * (Below(edge - mean2, _scale2) - below2);
        int below = (_weight0 * below0) + (_weight1 * below1) + (_weight2 * below2);
        int start = below >> 8;
        int end = (below + product0 + product1 + product2) >> 8;
        coder.Encode(start + offset + WindowSteps, end - start + 1);
        Weigh(product0, product1, product2);
        edge -= 128;
        Rescale(edge - mean0, edge - mean1, edge - mean2);
        return true;
    }

    /// <summary>The mirror of <see cref="Encode"/>; <see cref="Value"/> has the number.</summary>
    internal bool Decode(RangeDecoder coder, int mean0, int mean1, int mean2)
    {
        int centre = (mean1 + 128) >> 8;
        int target = coder.Peek();
        if (target >= RangeEncoder.Total - EscapeFrequency)
        {
            coder.Take(RangeEncoder.Total - EscapeFrequency, EscapeFrequency);
            Value = centre + DecodeFar(coder);
            return false;
        }

        // The largest offset whose interval starts at or below the target.
        int low = -WindowSteps;
        int high = WindowSteps;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (StartOf(middle, centre, mean0, mean1, mean2) <= target)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        int start = StartOf(low, centre, mean0, mean1, mean2);
        coder.Take(start, StartOf(low + 1, centre, mean0, mean1, mean2) - start);
        Value = centre + low;
        int at = Value << 8;
        Weigh(
            _weight0 * (Below(at + 128 - mean0, _scale0) - Below(at - 128 - mean0, _scale0)),
            _weight1 * (Below(at + 128 - mean1, _scale1) - Below(at - 128 - mean1, _scale1)),
            _weight2 * (Below(at + 128 - mean2, _scale2) - Below(at - 128 - mean2, _scale2)));
        Rescale(at - mean0, at - mean1, at - mean2);
        return true;
    }

    private int StartOf(int offset, int centre, int mean0, int mean1, int mean2)
    {
        int edge = ((centre + offset) << 8) - 128;
        int below = (_weight0 * Below(edge - mean0, _scale0))
            + (_weight1 * Below(edge - mean1, _scale1))
            + (_weight2 * Below(edge - mean2, _scale2));
        return (below >> 8) + offset + WindowSteps;
    }

    /// <summary>The mass below a point that lies <paramref name="distance"/> above the mean.</summary>
    private static int Below(int distance, int scale)
    {
        if (scale >= WideScale)
        {
            return BelowWide(distance, scale);
        }

        if (distance >= 0)
        {
            int z = (distance << 5) / scale;
            return z < ZMax ? UpperHalf[z] : UpperHalf[ZMax];
        }
        else
        {
            int z = (-distance << 5) / scale;
            return (2 * HalfMass) - (z < ZMax ? UpperHalf[z] : UpperHalf[ZMax]);
        }
    }

    // Steps narrower than 1/8 of the scale need points between those of the table.
    private static int BelowWide(int distance, int scale)
    {
        int z = ((distance < 0 ? -distance : distance) << 8) / scale;
        int upper = UpperHalf[ZMax];
        if (z < ZMax << 3)
        {
            int i = z >> 3;
            upper = UpperHalf[i];
            upper += ((UpperHalf[i + 1] - upper) * (z & 7)) >> 3;
        }

        return distance < 0 ? (2 * HalfMass) - upper : upper;
    }

    // Each weight follows the share of the probability that its prediction gave, times the weight it had.
    private void Weigh(int product0, int product1, int product2)
    {
        // Twenty bits of each, so that product x span stays below 2^31.
        product0 = (product0 >> 4) + 1;
        product1 = (product1 >> 4) + 1;
        int sum = product0 + product1 + (product2 >> 4) + 1;
        const int Span = WeightTotal - (3 * WeightFloor);
        _weight0 = WeightFloor + (product0 * Span / sum);
        _weight1 = WeightFloor + (product1 * Span / sum);
        _weight2 = WeightTotal - _weight0 - _weight1;
    }

    // Each scale follows the size of its prediction's residuals, of which none counts as less than ResidualLeast.
    private void Rescale(int residual0, int residual1, int residual2)
    {
        int gain = 4;
        if (_experience < YoungScaleGain.Length)
        {
            gain = YoungScaleGain[_experience];
            _experience++;
        }

        if (residual0 < ResidualLeast)
        {
            residual0 = residual0 > -ResidualLeast ? ResidualLeast : -residual0;
        }

        if (residual1 < ResidualLeast)
        {
            residual1 = residual1 > -ResidualLeast ? ResidualLeast : -residual1;
        }

        if (residual2 < ResidualLeast)
        {
            residual2 = residual2 > -ResidualLeast ? ResidualLeast : -residual2;
        }

        _scale0 += ((residual0 - _scale0) * gain) >> 6;
        _scale1 += ((residual1 - _scale1) * gain) >> 6;
        _scale2 += ((residual2 - _scale2) * gain) >> 6;
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
