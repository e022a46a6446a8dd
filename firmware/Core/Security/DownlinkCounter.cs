namespace BoatTelemetry.Core.Security;

/// <summary>
/// The gateway's downlink counter for one unit and class: the UTC seconds since 2010, and at least one more than the last.
/// </summary>
public sealed class DownlinkCounter
{
    private long _last = -1;

    /// <summary>
    /// The next number. False if the reservation cannot be made durable or the numbers are used up: then nothing may be
    /// sealed.
    /// </summary>
    /// <param name="reservation">The gateway's one reservation.</param>
    /// <param name="nowUtcMs">The gateway's clock; it may step.</param>
    /// <param name="counter">The number.</param>
    public bool TryNext(DownlinkReservation reservation, long nowUtcMs, out uint counter)
    {
        counter = 0;
        if (!reservation.TryLoad())
        {
            return false;
        }

        long utcS = DownlinkTime.Seconds(nowUtcMs);
        long next = Next(reservation, utcS);
        if (next > uint.MaxValue || !reservation.TryCover(next, utcS))
        {
            return false;
        }

        _last = next;
        counter = (uint)next;
        return true;
    }

    /// <summary>
    /// Whether the next number would be too far ahead: so many were used that the time must catch up first. A start behind a
    /// reservation that is ahead itself, since the clock was set back, does not count: waiting would take as long as that.
    /// </summary>
    public bool IsFarAhead(DownlinkReservation reservation, long nowUtcMs)
    {
        if (!reservation.TryLoad())
        {
            return false;
        }

        long utcS = DownlinkTime.Seconds(nowUtcMs);
        long start = reservation.First > utcS ? reservation.First : utcS;
        return Next(reservation, utcS) - start > reservation.AheadMaxS;
    }

    private long Next(DownlinkReservation reservation, long utcS)
    {
        long next = _last + 1;
        if (next < reservation.First)
        {
            next = reservation.First;
        }

        return reservation.OwnFrom(next < utcS ? utcS : next);
    }
}
