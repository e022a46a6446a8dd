namespace BoatTelemetry.Core.Gnss;

/// <summary>What the owner of a receiver may set. Read once, when the parser is made.</summary>
public sealed class GnssOptions
{
    /// <summary>A dated fix of an earlier day (days since 1970-01-01) is refused. 0 switches the check off.</summary>
    public int EarliestDayNumber = FirmwareRelease.DayNumber;

    /// <summary>
    /// The fastest that the boat can be, thousandths of a knot. It bounds the way between two fixes, and a speed above
    /// it becomes unknown. 100 kn is beyond every boat that this is built for and below what a wrong digit gives.
    /// </summary>
    public int SpeedMaxMilliknots = 100_000;

    /// <summary>
    /// How far positions may be apart without any time between them, metres: receivers step by this much when
    /// satellites come and go near a shore. It also bounds what two sentences of one epoch may differ by.
    /// </summary>
    public int JumpMarginM = 200;

    /// <summary>How much later than this receiver's promptest fix a fix may come, milliseconds.</summary>
    public int StaleAfterMs = 5_000;

    /// <summary>
    /// How much farther than the unit's monotonic clock a fix may step ahead, milliseconds: a receiver's first fixes may
    /// have waited in its buffer, and it may learn the leap seconds late (18 s). 0 switches the check off, for bytes that
    /// come faster than they were made: a recorded log that is read at once.
    /// </summary>
    public int AheadMaxMs = 60_000;

    /// <summary>
    /// After this many fixes in a row that contradict the accepted history and agree with each other, the history is
    /// taken for the wrong one.
    /// </summary>
    public int ReanchorAfterFixes = 5;

    /// <summary>
    /// A quiet line of this length closes the epoch, milliseconds. At 4800 baud the longest sentence takes 250 ms to
    /// come but never pauses; receivers at 9600 baud and above pause for most of the second.
    /// </summary>
    public int EpochQuietMs = 150;
}
