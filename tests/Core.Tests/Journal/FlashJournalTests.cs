using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

public sealed class FlashJournalTests(ITestOutputHelper output)
{
    private readonly Random _random = new(1);

    [Fact]
    public void Append_OfFrames_GivesThemBackInOrderAfterAStart()
    {
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = Open(flash);
        var frames = Enumerable.Range(0, 100).Select(i => JournalFrames.Any((uint)(i * 3), _random)).ToList();
        Assert.All(frames, frame => Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length)));

        foreach (var one in new[] { journal, Open(flash) })
        {
            Assert.Equal(100, one.HeldFrames);
            Assert.Equal(0u, one.OldestHeldCounter);
            Assert.Equal(frames, JournalFrames.Held(one).Select(held => held.Frame));
        }
    }

    [Fact]
    public void Recovery_OfABlankRing_SaysSo()
    {
        var recovery = Open(new SimulatedFlash(4, 4096, 16)).Recovery;

        Assert.True(recovery.WasBlank);
        Assert.False(recovery.HasState);
        Assert.Equal((0, 0, 0), (recovery.FrameRecords, recovery.TornRecords, recovery.UnreadableBlocks));
    }

    [Fact]
    public void Recovery_OfARing_TellsWhatItFound()
    {
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = Open(flash);
        AppendMany(journal, 0, 40);
        journal.Acknowledge(JournalFrames.Acknowledgement(10));

        var recovery = Open(flash).Recovery;

        Assert.True(recovery.HasState);
        Assert.Equal((40, 30, 10u), (recovery.FrameRecords, recovery.HeldFrames, recovery.AcknowledgedBelow));
        Assert.InRange(recovery.FlashReads, 1, 2_000);
    }

    [Fact]
    public void Append_OfWhatIsNoDurableUplink_IsRefused()
    {
        var journal = Open(new SimulatedFlash(4, 4096, 16));
        var live = new byte[19];
        FrameHeader.WriteLive(live, 0, FrameKind.LiveArea, 1, 5);
        var command = new byte[20];
        FrameHeader.WriteDurable(command, 0, FrameKind.Command, 0, 1, 5);
        var longer = JournalFrames.Frame(FrameKind.Track, 5, FrameLimits.FrameBytesMax + 1, _random);

        foreach (var frame in new[] { live, command, longer, [] })
            Assert.Equal(JournalResult.NotDurable, journal.Append(frame, 0, frame.Length));
        Assert.Equal(0, journal.HeldFrames);
    }

    [Fact]
    public void Append_OfACounterThatDoesNotRise_IsRefusedAlsoAfterAStart()
    {
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = Open(flash);
        AppendMany(journal, 7, 1);

        foreach (var one in new[] { journal, Open(flash) })
        {
            foreach (var counter in new uint[] { 0, 6, 7 })
            {
                var frame = JournalFrames.Any(counter, _random);
                Assert.Equal(JournalResult.CounterNotRising, one.Append(frame, 0, frame.Length));
            }
        }
    }

    [Fact]
    public void Acknowledge_InAnyOrderAndTwice_CoversWhatEachCovered()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 200; round++)
        {
            var flash = new SimulatedFlash(4, 4096, 8);
            var journal = Open(flash);
            AppendMany(journal, 100, 30);
            var covered = new HashSet<uint>();
            for (var i = 0; i < 8; i++)
            {
                var said = JournalFrames.Acknowledgement((uint)random.Next(80, 131), (uint)random.NextInt64(1L << 32));
                said.Bitmap &= (uint)random.NextInt64(1L << 32);
                journal.Acknowledge(said);
                journal.Acknowledge(said);
                covered.UnionWith(Enumerable.Range(100, 30).Select(c => (uint)c).Where(said.Covers));
            }

            var expected = Enumerable.Range(100, 30).Select(c => (uint)c).Where(c => !covered.Contains(c)).ToList();
            foreach (var one in new[] { journal, Open(flash) })
            {
                Assert.Equal(expected, JournalFrames.Held(one).Select(held => held.Counter));
                Assert.Equal(expected.Count, one.HeldFrames);
                Assert.True(expected.Count == 0 || one.OldestHeldCounter == expected[0]);
            }
        }
    }

    [Fact]
    public void Acknowledge_OfCountersNeverAppended_CoversNothingToCome()
    {
        var journal = Open(new SimulatedFlash(4, 4096, 8));
        journal.Acknowledge(JournalFrames.Acknowledgement(1_000, uint.MaxValue));
        AppendMany(journal, 10, 5);
        journal.Acknowledge(JournalFrames.Acknowledgement(12, uint.MaxValue));
        journal.Acknowledge(JournalFrames.Acknowledgement(1_000, uint.MaxValue));
        AppendMany(journal, 20, 5);

        Assert.Equal([20, 21, 22, 23, 24], JournalFrames.Held(journal).Select(held => (int)held.Counter));
    }

    [Fact]
    public void Acknowledge_TwiceTheSame_WritesNothing()
    {
        var flash = new SimulatedFlash(4, 4096, 8);
        var journal = Open(flash);
        AppendMany(journal, 0, 10);
        journal.Acknowledge(JournalFrames.Acknowledgement(5));
        flash.PowerOn();
        journal.Acknowledge(JournalFrames.Acknowledgement(5));
        journal.Acknowledge(JournalFrames.Acknowledgement(3));

        Assert.Equal(0, flash.Operations);
    }

    [Fact]
    public void Cursor_OverAppendsAcknowledgementsAndDrops_GoesOnWhereItWas()
    {
        var journal = Open(new SimulatedFlash(4, 4096, 8));
        AppendMany(journal, 0, 20);
        var cursor = new JournalCursor();
        Assert.True(journal.MoveTo(cursor, 8));
        journal.Acknowledge(JournalFrames.Acknowledgement(10));

        Assert.Equal(0, journal.Read(cursor, new byte[FrameLimits.FrameBytesMax], 0));
        Assert.False(journal.MoveToOlder(cursor));
        Assert.Equal(8u, cursor.Counter);
        Assert.True(journal.MoveToNewer(cursor));
        Assert.Equal(10u, cursor.Counter);
        AppendMany(journal, 20, 400);
        Assert.True(journal.MoveToNewer(cursor));
        Assert.Equal(JournalFrames.Held(journal).Select(held => held.Counter).First(counter => counter > 10), cursor.Counter);
        Assert.True(journal.MoveToNewest(cursor));
        Assert.Equal(419u, cursor.Counter);
        Assert.False(journal.MoveToNewer(cursor));
        Assert.True(journal.MoveToOlder(cursor));
        Assert.Equal(418u, cursor.Counter);
    }

    [Fact]
    public void Append_OverManyWrapsOfAFullJournal_KeepsNewestAndEventsAndItsPace()
    {
        var random = Seed.New(output);
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = Open(flash);
        var stored = new Dictionary<uint, byte[]>();
        var events = new List<uint>();
        var (erasesMost, programmedMost) = (0, 0);
        for (var counter = 0u; counter < 2_500; counter++)
        {
            var isEvent = counter % 60 == 0;
            var frame = isEvent ? JournalFrames.Frame(FrameKind.Event, counter, 24, random)
                : JournalFrames.Frame(FrameKind.Track, counter, 222, random);
            var operations = new List<int>();
            flash.OperationBytes = operations;
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
            erasesMost = Math.Max(erasesMost, operations.Count(bytes => bytes == 4096));
            programmedMost = Math.Max(programmedMost, operations.Where(bytes => bytes != 4096).Sum());
            stored.Add(counter, frame);
            if (isEvent)
                events.Add(counter);
        }

        var held = JournalFrames.Held(journal);
        Assert.All(held, entry => Assert.Equal(stored[entry.Counter], entry.Frame));
        Assert.Equal(journal.HeldFrames, held.Count);
        Assert.Equal(2_500, journal.HeldFrames + journal.DroppedFrames);
        Assert.Empty(events.Except(held.Select(entry => entry.Counter)));
        Assert.Equal((0, 0), ((int)journal.DroppedOf(FrameKind.Event), (int)journal.DamagedFrames));
        var tracks = held.Where(entry => JournalFrames.KindOf(entry.Frame) == FrameKind.Track).Select(e => e.Counter).ToList();
        Assert.Equal(tracks, Enumerable.Range(0, 2_500).Select(c => (uint)c).Where(c => c >= tracks[0] && c % 60 != 0));
        output.WriteLine($"an append at most: {erasesMost} erases, {programmedMost} B programmed");
        Assert.InRange(erasesMost, 1, 2);
        Assert.InRange(programmedMost, 300, 4_096);
        output.WriteLine($"beyond pace {journal.ReclaimedBeyondPace}, capacity {journal.CapacityBytes} B, pace {journal.Pace}, carried {journal.FramesCarried}, erases {journal.Erases}");
        Assert.Equal(0, journal.ReclaimedBeyondPace);
        AssertWearSpread(flash);
        Assert.Equal(held.Select(entry => entry.Counter), JournalFrames.Held(Open(flash)).Select(entry => entry.Counter));
        Assert.Equal(journal.DroppedFrames, Open(flash).DroppedFrames);
    }

    [Fact]
    public void Append_OfEventsAlone_DropsTheOldestOfThem()
    {
        var journal = Open(new SimulatedFlash(16, 512, 16));
        for (var counter = 0u; counter < 500; counter++)
        {
            var frame = JournalFrames.Frame(FrameKind.Event, counter, 24, _random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }

        var held = JournalFrames.Held(journal).Select(entry => entry.Counter).ToList();
        Assert.Equal(Enumerable.Range(500 - held.Count, held.Count).Select(c => (uint)c), held);
        Assert.Equal(500 - held.Count, journal.DroppedOf(FrameKind.Event));
    }

    [Fact]
    public void Append_WhileAllIsAcknowledgedInTime_DropsNothingAndCarriesNothing()
    {
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = Open(flash);
        for (var counter = 0u; counter < 3_000; counter++)
        {
            AppendMany(journal, counter, 1);
            if (counter % 10 == 9)
                journal.Acknowledge(JournalFrames.Acknowledgement(counter - 3));
        }

        Assert.Equal((0L, 0), (journal.DroppedFrames, journal.FramesCarried));
        AssertWearSpread(flash);
    }

    [Fact]
    public void OldFrameThatIsNotAcknowledged_OverManyWraps_IsKept()
    {
        var journal = Open(new SimulatedFlash(4, 4096, 16));
        AppendMany(journal, 0, 2);
        for (var counter = 2u; counter < 2_000; counter++)
        {
            AppendMany(journal, counter, 1);
            journal.Acknowledge(JournalFrames.Acknowledgement(1, uint.MaxValue));
            if (counter > 40)
                Assert.Equal(0, (int)journal.DroppedOf(FrameKind.Event));
        }

        Assert.Equal(0L, journal.DamagedFrames);
    }

    [Theory]
    [InlineData(BlockFault.Unwritable)]
    [InlineData(BlockFault.Dead)]
    public void Append_OntoBlocksThatFail_SetsThemAsideAndLosesOnlyWhatTheyHeld(BlockFault fault)
    {
        var random = Seed.New(output);
        var flash = new SimulatedFlash(4, 4096, 24);
        var journal = Open(flash);
        var stored = new Dictionary<uint, byte[]>();
        for (var counter = 0u; counter < 1_500; counter++)
        {
            if (counter is 100 or 350 or 351)
                flash.SetFault((int)(counter % 23), fault);
            var frame = JournalFrames.Any(counter, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
            stored.Add(counter, frame);
        }

        var held = JournalFrames.Held(journal);
        Assert.All(held, entry => Assert.Equal(stored[entry.Counter], entry.Frame));
        Assert.Equal(1_500, held.Count + journal.DroppedFrames + journal.DamagedFrames);
        Assert.Equal(3, journal.BadBlocks);
        Assert.True(fault == BlockFault.Dead || journal.DamagedFrames == 0);
        var after = Open(flash);
        Assert.Equal(held.Select(entry => entry.Counter), JournalFrames.Held(after).Select(entry => entry.Counter));
        output.WriteLine($"{fault}: held {held.Count}, dropped {journal.DroppedFrames}, damaged {journal.DamagedFrames}");
    }

    [Fact]
    public void Read_OfABlockWhoseReadsFailTwice_Succeeds()
    {
        var flash = new SimulatedFlash(4, 4096, 8);
        var journal = Open(flash);
        AppendMany(journal, 0, 1);
        var cursor = new JournalCursor();
        Assert.True(journal.MoveToOldest(cursor));
        flash.FailReads(0, 2);

        Assert.NotEqual(0, journal.Read(cursor, new byte[FrameLimits.FrameBytesMax], 0));
    }

    [Fact]
    public void BitRot_OfAnyBit_LosesAtMostOneFrameAndGivesNoneAltered()
    {
        var random = Seed.New(output);
        var flash = new SimulatedFlash(4, 512, 12);
        var journal = Open(flash);
        var stored = new Dictionary<uint, byte[]>();
        for (var counter = 0u; counter < 60; counter++)
        {
            var frame = JournalFrames.Any(counter, random);
            journal.Append(frame, 0, frame.Length);
            stored.Add(counter, frame);
        }

        var before = JournalFrames.Held(journal).Select(entry => entry.Counter).ToList();
        var copy = new SimulatedFlash(4, 512, 12);
        var told = 0;
        for (var i = 0; i < 4_000; i++)
        {
            copy.CopyFrom(flash);
            copy.FlipBit(random.Next(12), random.Next(512), random.Next(8));
            var rotten = Open(copy);
            var held = JournalFrames.Held(rotten);
            Assert.All(held, entry => Assert.Equal(stored[entry.Counter], entry.Frame));
            var lost = before.Except(held.Select(entry => entry.Counter)).Count();
            Assert.InRange(lost, 0, 1);
            Assert.Equal(held.Count, rotten.HeldFrames);

            // Untold is only what stands behind the last state: there, and at the very end, decayed looks like torn.
            var newestIsLost = lost > 0 && held.All(entry => entry.Counter != before[^1]);
            Assert.True(lost <= rotten.DamagedFrames + rotten.Recovery.UncertainRecords || newestIsLost);
            told += lost > 0 && rotten.DamagedFrames >= lost ? 1 : 0;
        }

        output.WriteLine($"{told} losses told");
        Assert.True(told > 100);
    }

    [Fact]
    public void Journal_AfterConstruction_AllocatesNothing()
    {
        var journal = Open(new SimulatedFlash(4, 4096, 16));
        var frame = JournalFrames.Frame(FrameKind.Track, 0, 222, _random);
        var said = new Acknowledgement();
        var cursor = new JournalCursor();
        var buffer = new byte[FrameLimits.FrameBytesMax];
        void Use(uint from, uint to)
        {
            for (var counter = from; counter < to; counter++)
            {
                FrameHeader.WriteDurable(frame, 0, FrameKind.Track, 0, 77, counter);
                journal.Append(frame, 0, frame.Length);
                said.BaseCounter = counter % 5 == 0 && counter > 300 ? counter - 300 : 0;
                said.Bitmap = counter * 2_654_435_761;
                journal.Acknowledge(said);
                journal.MoveToOldest(cursor);
                journal.MoveToNewer(cursor);
                journal.Read(cursor, buffer, 0);
                journal.MoveToNewest(cursor);
                journal.MoveToOlder(cursor);
                journal.MoveTo(cursor, counter / 2);
            }
        }

        Use(0, 500);
        Assert.Equal(0, Allocated.Least(pass => Use((uint)(500 + (pass * 1_500)), (uint)(2_000 + (pass * 1_500)))));
    }

    /// <summary>3 MB is what the partition of an ESP32 with 16 MB leaves; its heap has about 100 KB.</summary>
    [Fact]
    public void Journal_OfThreeMegabytes_TakesLessThanEightKilobytesOfMemory()
    {
        var flash = new SimulatedFlash(4, 4096, 768);
        Open(flash);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var journal = Open(flash);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        // A start reads whole blocks through a window of its own, which it then gives back.
        taken -= flash.EraseBlockBytes;
        output.WriteLine($"{taken} B for 768 blocks");

        Assert.InRange(taken, 1, 8_191);
        GC.KeepAlive(journal);
    }

    private static FlashJournal Open(SimulatedFlash flash) => new(flash, 0, flash.BlockCount);

    private static void AssertWearSpread(SimulatedFlash flash)
    {
        var erases = Enumerable.Range(0, flash.BlockCount).Select(flash.Erases).ToList();
        Assert.InRange(erases.Max() - erases.Min(), 0, 1);
    }

    private void AppendMany(FlashJournal journal, uint first, int count)
    {
        for (var i = 0u; i < count; i++)
        {
            var frame = JournalFrames.Any(first + i, _random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }
    }
}
