namespace BoatTelemetry.Core.Gnss;

/// <summary>What one sentence said, in the units of <see cref="Fix"/>. Made once and filled again.</summary>
public sealed class NmeaReading
{
    public NmeaKind Kind;
    public PositionClaim Claim;
    public FixQuality Quality;
    public FixDimension Dimension;
    public int TimeOfDayMs;
    public int DayNumber;
    public int LatitudeE7;
    public int LongitudeE7;
    public int SogMilliknots;
    public int CogCdeg;
    public int HeadingCdeg;
    public int AltitudeCm;
    public int HdopE2;
    public int Satellites;

    /// <summary>Makes everything unknown.</summary>
    public void Clear(NmeaKind kind)
    {
        Kind = kind;
        Claim = PositionClaim.None;
        Quality = FixQuality.Unknown;
        Dimension = FixDimension.Unknown;
        TimeOfDayMs = Fix.Unknown;
        DayNumber = Fix.Unknown;
        LatitudeE7 = Fix.Unknown;
        LongitudeE7 = Fix.Unknown;
        SogMilliknots = Fix.Unknown;
        CogCdeg = Fix.Unknown;
        HeadingCdeg = Fix.Unknown;
        AltitudeCm = Fix.Unknown;
        HdopE2 = Fix.Unknown;
        Satellites = Fix.Unknown;
    }

    /// <summary>Makes the claim this one, unless it is a worse one already.</summary>
    public void ClaimAtLeast(PositionClaim claim)
    {
        if (Claim < claim)
        {
            Claim = claim;
        }
    }
}

/// <summary>What a sentence, or an epoch, says of its position's worth. The worst of them counts.</summary>
public enum PositionClaim
{
    /// <summary>Nothing.</summary>
    None = 0,
    Valid,
    Contradictory,
    OutOfRange,
    NotMeasured,
    Void,
}
