using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>Frames that are acknowledged one by one, far from the base; an SOS and what the policy drops; what a start misses.</summary>
public sealed class JournalReleaseTests(ITestOutputHelper output)
{
    private const uint HighestBit = 0x80000000;

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void Acknowledge_SelectiveBitmap_LetsThoseFramesGoForGood(int programBytes)
    {
        var flash = new SimulatedFlash(programBytes, 4_096, 12);
        var journal = Filled(flash, 60);
        var said = new Acknowledgement { SelectiveFirst = 40, SelectiveBitmap = HighestBit | (HighestBit >> 3) | 1 };

        journal.Acknowledge(said);
        journal.Acknowledge(said);

        uint[] gone = [40, 43];
        foreach (var one in new[] { journal, Open(flash) })
        {
            Assert.Equal(Enumerable.Range(0, 60).Select(i => (uint)i).Except(gone), JournalFrames.Held(one).Select(held => held.Counter));
            Assert.Equal((58, 0L, 0L), (one.HeldFrames, one.DamagedFrames, one.DroppedFrames));
        }

        Assert.Equal(2, journal.ReleasedFrames);
    }

    [Fact]
    public void Acknowledge_SelectiveAtEveryCut_IsHeldOrGoneAndNothingElseIsTouched()
    {
        var random = Seed.New(output);
        var state = new SimulatedFlash(4, 512, 12);
        Filled(state, 12);
        var copy = new SimulatedFlash(4, 512, 12);
        var (cuts, finished, survived) = (0, 0, false);
        for (var operation = 0; !survived; operation++)
        {
            copy.CopyFrom(state);
            copy.CutPowerIn(operation, random.Next(5), (TornWrite)random.Next(3), random.Next());
            try
            {
                Open(copy).Acknowledge(new Acknowledgement { SelectiveFirst = 3, SelectiveBitmap = HighestBit | (HighestBit >> 2) | (HighestBit >> 5) });
                survived = true;
            }
            catch (PowerCutException)
            {
                cuts++;
            }

            copy.PowerOn();
            var after = Open(copy);
            var held = JournalFrames.Held(after).Select(entry => entry.Counter).ToList();
            uint[] selected = [3, 5, 8];
            Assert.Equal(Enumerable.Range(0, 12).Select(i => (uint)i).Except(selected), held.Except(selected));
            Assert.Equal((held.Count, 0L), (after.HeldFrames, after.DamagedFrames));
            Assert.Contains(held.Count, new[] { 9, 12 });
            finished += !survived && held.Count == 9 ? 1 : 0;
        }

        output.WriteLine($"{cuts} cuts, {finished} of them within the burning, which the next start finished");
        Assert.True(cuts > 4 && finished > 1);
    }

    /// <summary>
    /// Found by seeds 4799, 5044 and 8320 of the voyages: records that were ashore and not yet burnt stood in for as many that
    /// went with a block.
    /// </summary>
    [Theory]
    [InlineData(4, false)]
    [InlineData(16, false)]
    [InlineData(4, true)]
    public void Start_CutWithinASelectiveAcknowledgementAndABlockDead_CountsEveryFrameOfTheBlock(int programBytes, bool isCached)
    {
        const int dead = 3;
        uint[] selected = [50, 52, 55];
        var random = Seed.New(output);
        var state = new SimulatedFlash(programBytes, 512, 24, isCached);
        Filled(state, 60);
        var copy = new SimulatedFlash(programBytes, 512, 24, isCached);
        var (cuts, between) = (0, 0);
        for (var survived = false; !survived; cuts++)
        {
            copy.CopyFrom(state);
            var journal = Open(copy);
            copy.CutPowerIn(copy.Operations + cuts, random.Next(17), (TornWrite)random.Next(3), random.Next());
            try
            {
                journal.Acknowledge(Selective(selected));
                survived = true;
            }
            catch (PowerCutException)
            {
                // What this is about.
            }

            copy.PowerOn();
            copy.SetFault(dead, BlockFault.Dead);
            var after = Open(copy);
            var held = JournalFrames.Held(after).Select(entry => entry.Counter).ToList();
            var lost = Enumerable.Range(0, 60).Select(i => (uint)i).Except(selected).Except(held).Count();
            between += !survived && !held.Intersect(selected).Any() ? 1 : 0;
            Assert.True(lost > 1);
            Assert.Equal((held.Count, lost, lost), (after.HeldFrames, after.Recovery.MissingFrames, (int)after.DamagedFrames));
            Assert.Equal(0, Open(copy).Recovery.MissingFrames);
        }

        output.WriteLine($"{cuts - 1} cuts, {between} of them behind the state that counts them no more");
        Assert.True(between > 1);
    }

    /// <summary>
    /// One block's burning does not reach the cells, what is written behind it into other blocks does, then the power fails:
    /// records that stand again must not stand in for those of a block that died.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void Start_SyncBehindTheBurningFailedAndABlockDead_CountsEveryFrameOfTheBlock(int programBytes)
    {
        const int dead = 3;
        uint[] selected = [50, 52, 55];
        var flash = new SimulatedFlash(programBytes, 512, 24, cached: true);
        var state = new SimulatedFlash(programBytes, 512, 24, cached: true);
        Filled(state, 70);
        var standAgain = 0;
        for (var block = 0; block < flash.BlockCount; block++)
        {
            flash.CopyFrom(state);
            var journal = Open(flash);
            flash.FailSyncs(1, int.MaxValue, block);
            journal.Acknowledge(Selective(selected));
            Assert.Equal((3, 1), (journal.ReleasedFrames, journal.SyncFailures));
            var frame = JournalFrames.Frame(FrameKind.Status, 70, 24, new Random(7));
            Assert.Equal(JournalResult.FlashFailed, journal.Append(frame, 0, frame.Length));

            flash.PowerOn();
            flash.SetFault(dead, BlockFault.Dead);
            var after = Open(flash);
            var held = JournalFrames.Held(after).Select(entry => entry.Counter).Where(counter => counter < 70).ToList();
            var lost = Enumerable.Range(0, 70).Select(i => (uint)i).Except(selected).Except(held).Count();
            standAgain += held.Intersect(selected).Any() ? 1 : 0;
            Assert.True(lost > 1);
            Assert.Equal((lost, lost), (after.Recovery.MissingFrames, (int)after.DamagedFrames));
        }

        Assert.Equal(0, standAgain);
    }

    [Fact]
    public void Append_SyncWorksAgainBehindAFailedBurning_WritesTheStateFirst()
    {
        var flash = new SimulatedFlash(4, 512, 24, cached: true);
        var journal = Filled(flash, 60);
        flash.FailSyncs(1, 3, 4);
        journal.Acknowledge(Selective([50, 52]));
        var frame = JournalFrames.Frame(FrameKind.Status, 60, 24, new Random(7));
        Assert.Equal(JournalResult.FlashFailed, journal.Append(frame, 0, frame.Length));
        Assert.Equal(58, journal.HeldFrames);

        Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));

        flash.PowerOn();
        var after = Open(flash);
        Assert.Equal((59, 0L, 0), (after.HeldFrames, after.DamagedFrames, after.Recovery.MissingFrames));
    }

    [Fact]
    public void Read_BurningOfADecayedFrameIsNotSynchronised_CountsItOnce()
    {
        var flash = new SimulatedFlash(4, 512, 24, cached: true);
        Filled(flash, 60);
        var found = BlockOf(flash, 30, out var offset);
        flash.FlipBit(found, offset + 16, 2);
        var journal = Open(flash);
        flash.FailSyncs(0, int.MaxValue, found);
        Assert.Equal(59, JournalFrames.Held(journal).Count);
        Assert.Equal(1, journal.DamagedFrames);
        var frame = JournalFrames.Frame(FrameKind.Status, 60, 24, new Random(7));
        Assert.Equal(JournalResult.FlashFailed, journal.Append(frame, 0, frame.Length));

        flash.PowerOn();
        var after = Open(flash);
        Assert.Equal(59, JournalFrames.Held(after).Count(entry => entry.Counter < 60));
        Assert.Equal(1, after.DamagedFrames);
        Assert.Equal(JournalResult.Stored, after.Append(frame, 0, frame.Length));
        Assert.Equal(1, Open(flash).DamagedFrames);
    }

    /// <summary>A Sync that fails now may work again: no block is set aside for it, and nothing is given up.</summary>
    [Theory]
    [InlineData(true, 4)]
    [InlineData(true, 1)]
    [InlineData(false, 4)]
    public void Append_SyncsFailNowAndThen_GivesUpNoFrameAndNoBlock(bool isCached, int oneAppendIn)
    {
        const uint kept = 75;
        var random = Seed.New(output);
        var flash = new SimulatedFlash(4, 512, 24, isCached);
        var journal = Open(flash);
        var stored = new HashSet<uint>();
        for (var counter = 0u; counter < 1_500; counter++)
        {
            if (random.Next(oneAppendIn) == 0)
                flash.FailSyncs(random.Next(6), random.Next(1, 4), random.Next(flash.BlockCount));
            var frame = JournalFrames.Frame(FrameKind.Event, counter, 24, random);
            if (journal.Append(frame, 0, frame.Length) == JournalResult.Stored)
                stored.Add(counter);
            if (counter >= kept)
                journal.Acknowledge(Selective([.. Enumerable.Range(0, 12).Select(i => Math.Max(kept, counter - 11) + (uint)i)]));
        }

        output.WriteLine($"{stored.Count} stored, {journal.SyncFailures} Syncs failed, {journal.FramesCarried} frames carried");
        Assert.True(journal.SyncFailures > 200 && journal.FramesCarried > 1_000);
        Assert.Equal((0, 0L, 0L), (journal.BadBlocks, journal.DroppedFrames, journal.DamagedFrames));
        Assert.Subset(JournalFrames.Held(journal).Select(entry => entry.Counter).ToHashSet(), stored.Where(counter => counter < kept).ToHashSet());
    }

    /// <summary>An acknowledgement whose block cannot be read at once is taken all the same; what is ashore is not told as damaged.</summary>
    [Fact]
    public void Acknowledge_BlockCannotBeReadForAMoment_LetsEachOfItsFramesGo()
    {
        var flash = new SimulatedFlash(4, 512, 24);
        var journal = Filled(flash, 60);
        flash.FailReads(BlockOf(flash, 30, out _), 3);

        journal.Acknowledge(new Acknowledgement { BaseCounter = 33, Bitmap = HighestBit >> 2 });

        Assert.Equal(26, journal.HeldFrames);
        var after = Open(flash);
        Assert.Equal((26, 0, 0L), (after.HeldFrames, after.Recovery.MissingFrames, after.DamagedFrames));
    }

    /// <summary>
    /// Found by seed 2008 of the voyages: the base passes over what the unit cannot find any more, and so says nothing of the
    /// frames in a block that died. They stay counted until the tail comes there, and are told then.
    /// </summary>
    [Fact]
    public void Acknowledge_BaseBeyondADeadBlock_TellsItsFramesAsDamagedInTheEnd()
    {
        var flash = new SimulatedFlash(4, 512, 24);
        var journal = Filled(flash, 60);
        flash.SetFault(BlockOf(flash, 30, out _), BlockFault.Dead);
        var readable = JournalFrames.Held(journal).Count;
        Assert.InRange(readable, 40, 59);
        Assert.Equal(60, journal.HeldFrames);

        journal.Acknowledge(new Acknowledgement { BaseCounter = 60 });

        Assert.Equal(60 - readable, journal.HeldFrames + journal.DamagedFrames);
        var random = new Random(5);
        var counter = 60u;
        for (; journal.HeldFrames > 1 || counter == 60; counter++)
        {
            Assert.True(counter < 1_000);
            var frame = JournalFrames.Frame(FrameKind.Track, counter, 100, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
            journal.Acknowledge(new Acknowledgement { BaseCounter = counter });
        }

        Assert.Equal(60 - readable, journal.DamagedFrames);

        // How long the lost ones were is not known; when nothing is held, no bytes are.
        journal.Acknowledge(new Acknowledgement { BaseCounter = counter });
        Assert.Equal((0, 0L), (journal.HeldFrames, journal.HeldBytes));
    }

    [Fact]
    public void MoveToEvent_InALongRecord_FindsEventsAndTellsAnSosAfterAStart()
    {
        var flash = new SimulatedFlash(4, 4_096, 64);
        var random = Seed.New(output);
        var journal = Open(flash);
        for (var counter = 0u; counter < 600; counter++)
        {
            var frame = JournalFrames.Frame(counter is 100 or 300 or 500 ? FrameKind.Event : FrameKind.Track, counter, counter is 100 or 300 or 500 ? 24 : 200, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length, counter == 300));
        }

        journal = Open(flash);
        var cursor = new JournalCursor();
        Assert.True(journal.MoveToEvent(cursor, 0, sosOnly: false));
        Assert.Equal((100u, false), (cursor.Counter, cursor.IsSos));
        Assert.True(journal.MoveToEvent(cursor, 101, sosOnly: false));
        Assert.Equal((300u, true), (cursor.Counter, cursor.IsSos));
        Assert.True(journal.MoveToEvent(cursor, 0, sosOnly: true));
        Assert.Equal((300u, true), (cursor.Counter, cursor.IsSos));
        Assert.False(journal.MoveToEvent(cursor, 301, sosOnly: true));
        Assert.False(journal.MoveToEvent(cursor, 501, sosOnly: false));
        var track = JournalFrames.Frame(FrameKind.Track, 600, 100, random);
        Assert.Equal(JournalResult.NotDurable, journal.Append(track, 0, track.Length, isSos: true));
    }

    [Fact]
    public void Append_IntoAFullRingOfEvents_DropsTheSosLast()
    {
        var random = Seed.New(output);
        var journal = Open(new SimulatedFlash(4, 512, 12));
        for (var counter = 0u; counter < 400; counter++)
        {
            var frame = JournalFrames.Frame(FrameKind.Event, counter, 24, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length, counter == 5));
        }

        var cursor = new JournalCursor();
        Assert.True(journal.MoveToEvent(cursor, 0, sosOnly: true));
        Assert.Equal(5u, cursor.Counter);
        Assert.True(journal.DroppedOf(FrameKind.Event) > 200);
        Assert.Equal(0, journal.DroppedSos);
        Assert.Equal(400, journal.HeldFrames + journal.DroppedFrames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Start_BlockThatIsGone_CountsItsFramesAsDamaged(bool isDead)
    {
        var flash = new SimulatedFlash(4, 512, 24);
        var journal = Filled(flash, 60);
        var before = JournalFrames.Held(journal).Select(held => held.Counter).ToList();
        if (isDead)
        {
            flash.SetFault(3, BlockFault.Dead);
        }
        else
        {
            // Both copies of its header.
            flash.FlipBit(3, 4, 1);
            flash.FlipBit(3, 16, 1);
        }

        var after = Open(flash);
        var lost = before.Except(JournalFrames.Held(after).Select(held => held.Counter)).Count();

        Assert.True(lost > 1);
        Assert.Equal((lost, lost), (after.Recovery.MissingFrames, (int)after.DamagedFrames));
        Assert.Equal(isDead, after.Recovery.UnreadableBlocks > 0);
        Assert.False(after.Recovery.MayHideNewer);
        var again = Open(flash);
        Assert.Equal((0, lost), (again.Recovery.MissingFrames, (int)again.DamagedFrames));
    }

    [Fact]
    public void Start_NewestBlockUnreadable_SaysThatItMayHideFrames()
    {
        var flash = new SimulatedFlash(4, 512, 24);
        var newest = Filled(flash, 24).HeldFrames;
        var head = Enumerable.Range(0, 24).Last(block => flash.Erases(block) > 0);
        flash.SetFault(head, BlockFault.Dead);
        var after = Open(flash);
        Assert.True(after.Recovery.MayHideNewer);
        Assert.True(after.HeldFrames < newest);
    }

    private static Acknowledgement Selective(uint[] counters) => new()
    {
        SelectiveFirst = counters[0],
        SelectiveBitmap = counters.Aggregate(0u, (bits, counter) => bits | (HighestBit >> (int)(counter - counters[0]))),
    };

    // The block in which a frame of 24 bytes stands, and where in it.
    private static int BlockOf(SimulatedFlash flash, uint counter, out int offset)
    {
        var cells = new byte[flash.EraseBlockBytes];
        for (var block = 0; block < flash.BlockCount; block++)
        {
            flash.Read(block, 0, cells, 0, cells.Length);
            for (offset = 0; offset + 32 <= cells.Length; offset += 4)
            {
                var isFrame = cells[offset + 2] == 0x46 && cells[offset + 3] == 24;
                var its = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(cells.AsSpan(offset + FrameHeader.DurableBytes));
                if (isFrame && its == counter)
                    return block;
            }
        }

        throw new InvalidOperationException($"Frame {counter} is nowhere.");
    }

    private static FlashJournal Open(SimulatedFlash flash) => new(flash, 0, flash.BlockCount);

    private static FlashJournal Filled(SimulatedFlash flash, uint frames)
    {
        var journal = Open(flash);
        var random = new Random(5);
        for (var counter = 0u; counter < frames; counter++)
        {
            var frame = JournalFrames.Frame(FrameKind.Status, counter, 24, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }

        return journal;
    }
}
