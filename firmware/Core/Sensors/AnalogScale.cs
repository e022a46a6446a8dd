using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Sensors;

/// <summary>
/// From a converter's count to millivolts in front of a divider, in whole numbers:
/// mV = count x FullScaleMv / FullScaleCount x (UpperOhm + LowerOhm) / LowerOhm + OffsetMv.
/// </summary>
public sealed class AnalogScale
{
    /// <summary>What the converter reads at its greatest count, millivolts at its pin.</summary>
    public int FullScaleMv = 3_300;

    /// <summary>The converter's greatest count.</summary>
    public int FullScaleCount = 4_095;

    /// <summary>From the measured line to the pin; 0: no divider.</summary>
    public int UpperOhm;

    /// <summary>From the pin to ground.</summary>
    public int LowerOhm = 1;

    /// <summary>What a calibration found to be missing, or a diode in the line drops.</summary>
    public int OffsetMv;

    /// <summary>Millivolts in front of the divider, to the nearest.</summary>
    public int ToMv(int count)
    {
        long dividend = (long)count * FullScaleMv * ((long)UpperOhm + LowerOhm);
        long divisor = (long)FullScaleCount * LowerOhm;
        return (int)Nearest(dividend, divisor) + OffsetMv;
    }

    /// <summary>Milliamperes through a shunt, to the nearest, from the microvolts across it.</summary>
    public static int ShuntMa(int shuntUv, int shuntMicroOhm)
    {
        return (int)Nearest((long)shuntUv * 1_000, shuntMicroOhm);
    }

    private static long Nearest(long dividend, long divisor)
    {
        long half = dividend < 0 ? -(divisor / 2) : divisor / 2;
        return (dividend + half) / divisor;
    }
}

/// <summary>A level sender: a voltage that runs straight from empty to full. Full may be the lower one.</summary>
public sealed class LevelScale
{
    /// <summary>At no water. A 4 to 20 mA sender over 150 ohm: 600 mV.</summary>
    public int EmptyMv = 600;

    /// <summary>At <see cref="FullCm"/>. A 4 to 20 mA sender over 150 ohm: 3,000 mV.</summary>
    public int FullMv = 3_000;

    /// <summary>The sender's length.</summary>
    public int FullCm = 100;

    /// <summary>So far outside of empty and full is the sender's tolerance; farther is a broken wire or a short.</summary>
    public int ToleranceMv = 150;

    /// <summary>Centimetres of water, or <see cref="Fix.Unknown"/> for a voltage that no level makes.</summary>
    public int ToCm(int mv)
    {
        int lowMv = EmptyMv < FullMv ? EmptyMv : FullMv;
        int highMv = EmptyMv < FullMv ? FullMv : EmptyMv;
        if (mv < lowMv - ToleranceMv || mv > highMv + ToleranceMv)
        {
            return Fix.Unknown;
        }

        int withinMv = mv < lowMv ? lowMv : mv > highMv ? highMv : mv;
        int spanMv = FullMv - EmptyMv;
        int half = spanMv / 2;
        long product = (long)(withinMv - EmptyMv) * FullCm;
        return (int)((product + half) / spanMv);
    }
}
