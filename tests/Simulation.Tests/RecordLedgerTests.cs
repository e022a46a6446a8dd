using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Simulation.Tests;

/// <summary>The ledger's own look at the journal neither misses what a failing read hides nor takes the failure from the unit.</summary>
public sealed class RecordLedgerTests
{
    private const uint Released = 40;

    // The second: some 36 of the frames below fill the first.
    private const int ReleasedBlock = 1;

    private readonly SimulatedFlash _flash = new(4, 4_096, 12);
    private readonly List<string> _violations = [];
    private readonly FlashJournal _journal;
    private readonly RecordLedger _ledger;
    private readonly WatchedJournal _watched;

    public RecordLedgerTests()
    {
        _journal = new FlashJournal(_flash, 0, _flash.BlockCount);
        _ledger = new RecordLedger { Flash = _flash, FlashIsBroken = true, IsCommitted = static _ => true, Violated = _violations.Add };
        _watched = new WatchedJournal(_journal, _journal, _ledger);
        var frame = new byte[100];
        for (var counter = 0u; counter < 60; counter++)
        {
            FrameHeader.WriteDurable(frame, 0, FrameKind.Track, 0, UnitLife.Number, counter);
            Assert.Equal(JournalResult.Stored, _watched.Append(frame, 0, frame.Length, isSos: false));
        }
    }

    /// <summary>Found by seed 7478 of the voyages: the ledger's walk met the three failures, the unit's did not.</summary>
    [Fact]
    public void Acknowledge_ReadsOfItsBlockAreToFail_CountsWhatTheUnitReleases()
    {
        _flash.FailReads(ReleasedBlock, 3);

        _watched.Acknowledge(new Acknowledgement { SelectiveFirst = Released, SelectiveBitmap = 0x80000000 });

        Assert.Empty(_violations);
    }

    [Fact]
    public void Audit_ReadsAreToFail_LeavesTheFailuresToTheUnit()
    {
        _flash.FailReads(ReleasedBlock, 3);

        _ledger.Audit(_journal, "now");

        var cursor = new JournalCursor();
        Assert.False(_watched.MoveTo(cursor, Released));
        Assert.True(_watched.MoveTo(cursor, Released));
        Assert.Empty(_violations);
    }
}
