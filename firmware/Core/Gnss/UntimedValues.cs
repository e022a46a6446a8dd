namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// What sentences without a time of day said (VTG, HDT, THS, GSA), until it is known which epoch they belong to.
/// </summary>
internal sealed class UntimedValues
{
    /// <summary>The types that have spoken, <see cref="NmeaKind"/> bits. An empty VTG has spoken too.</summary>
    public int KindBits;
    public int SogMilliknots;
    public int CogCdeg;
    public int HeadingCdeg;
    public int HdopE2;
    public FixDimension Dimension;

    /// <summary>When the first of them came.</summary>
    public long ReceivedMonotonicMs;

    public UntimedValues()
    {
        Clear();
    }

    public void Clear()
    {
        KindBits = 0;
        SogMilliknots = Fix.Unknown;
        CogCdeg = Fix.Unknown;
        HeadingCdeg = Fix.Unknown;
        HdopE2 = Fix.Unknown;
        Dimension = FixDimension.Unknown;
    }

    public bool Has(NmeaKind kind)
    {
        return (KindBits & (int)kind) != 0;
    }

    public void Put(NmeaReading reading, long nowMonotonicMs)
    {
        if (KindBits == 0)
        {
            ReceivedMonotonicMs = nowMonotonicMs;
        }

        KindBits |= (int)reading.Kind;
        switch (reading.Kind)
        {
            case NmeaKind.Vtg:
                SogMilliknots = reading.SogMilliknots;
                CogCdeg = reading.CogCdeg;
                break;
            case NmeaKind.Gsa:
                HdopE2 = reading.HdopE2;
                Dimension = reading.Dimension;
                break;
            default:
                HeadingCdeg = reading.HeadingCdeg == Fix.Unknown ? HeadingCdeg : reading.HeadingCdeg;
                break;
        }
    }

    /// <summary>Tells the fix what it does not know yet, but nothing of the kinds in <paramref name="exceptKindBits"/>.</summary>
    public void Complete(Fix fix, int exceptKindBits)
    {
        if ((exceptKindBits & (int)NmeaKind.Vtg) == 0)
        {
            fix.SogMilliknots = fix.SogMilliknots == Fix.Unknown ? SogMilliknots : fix.SogMilliknots;
            fix.CogCdeg = fix.CogCdeg == Fix.Unknown ? CogCdeg : fix.CogCdeg;
        }

        if ((exceptKindBits & (int)NmeaKind.Gsa) == 0)
        {
            fix.HdopE2 = fix.HdopE2 == Fix.Unknown ? HdopE2 : fix.HdopE2;
            fix.Dimension = fix.Dimension == FixDimension.Unknown ? Dimension : fix.Dimension;
        }

        if ((exceptKindBits & ((int)NmeaKind.Hdt | (int)NmeaKind.Ths)) == 0)
        {
            fix.HeadingCdeg = fix.HeadingCdeg == Fix.Unknown ? HeadingCdeg : fix.HeadingCdeg;
        }
    }
}
