using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>What a start costs: reads linear in the ring whatever happened, and the watchdog served block by block.</summary>
public sealed class JournalStartTests(ITestOutputHelper output)
{
    private const int Blocks = 96;

    // docs/JOURNAL-SPEC.md, programmed by 4.
    private const int FirstRecord = 24;
    private const int StateBytes = 80;

    /// <summary>
    /// On littlefs each read opens a file. Each header twice (both copies where it has none), each block that counts once and
    /// its last record once more.
    /// </summary>
    [Theory]
    [InlineData(Blocks)]
    [InlineData(768)]
    public void Start_OfAFullRing_ReadsABlockFiveTimesAtTheMostAndServesTheWatchdogMeanwhile(int blocks)
    {
        var flash = new SimulatedFlash(4, 4_096, blocks);
        var random = new Random(7);
        var journal = Open(flash);
        for (var counter = 0u; journal.DroppedFrames == 0; counter++)
        {
            var frame = JournalFrames.Frame(FrameKind.Track, counter, 222, random);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }

        var beats = new Beats();
        var recovery = new FlashJournal(flash, 0, blocks, beats).Recovery;

        output.WriteLine($"{recovery.FlashReads} reads, {recovery.FlashReadBytes} bytes, {recovery.FrameRecords} frames, {beats.Count} beats");
        Assert.True(recovery.FrameRecords > 60 * blocks / 8);
        Assert.InRange(recovery.FlashReads, 2 * blocks, 5 * blocks);
        Assert.InRange(recovery.FlashReadBytes, 1, 2L * blocks * flash.EraseBlockBytes);
        Assert.InRange(beats.Count, 2 * blocks, 4 * blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Start_WithAndWithoutAState_BeatsBetweenTwoBlocks(bool hasState)
    {
        var flash = new BlockWatch(new SimulatedFlash(4, 4_096, Blocks));
        var journal = new FlashJournal(flash, 0, Blocks);
        var frame = new byte[222];
        for (var counter = 0u; counter < 1_000; counter++)
        {
            FrameHeader.WriteDurable(frame, 0, FrameKind.Track, 0, 77, counter);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }

        // Where nothing but frames changes, the only states are those that blocks begin with, and one that the start wrote.
        for (var block = 0; !hasState && block < Blocks; block++)
            flash.Chip.FlipBit(block, FirstRecord, 0);
        if (!hasState)
            flash.Chip.FlipBit(0, FirstRecord + StateBytes, 0);
        flash.Most = 0;
        var recovery = new FlashJournal(flash, 0, Blocks, flash).Recovery;

        output.WriteLine($"{recovery.FlashReads} reads, {flash.Most} blocks between two beats");
        Assert.Equal((hasState, 1_000), (recovery.HasState, recovery.FrameRecords));
        Assert.InRange(flash.Most, 1, 3);
        Assert.InRange(recovery.FlashReads, Blocks, 7 * Blocks);
    }

    /// <summary>A start looks for the original of each copy that has no state behind it; here none of them can be found.</summary>
    [Fact]
    public void Start_OriginalsOfManyCopiesGone_ReadsABlockEightTimesAtTheMost()
    {
        var state = new SimulatedFlash(4, 4_096, Blocks);
        var journal = Open(state);
        var frame = new byte[24];
        var counter = 0u;
        void Append(FlashJournal to)
        {
            FrameHeader.WriteDurable(frame, 0, FrameKind.Status, 0, 77, counter++);
            Assert.Equal(JournalResult.Stored, to.Append(frame, 0, frame.Length));
        }

        void LiveOn(SimulatedFlash flash)
        {
            for (var life = Open(flash); ;)
                Append(life);
        }

        while (journal.FramesCarried < 1_000)
            Append(journal);
        var copy = new SimulatedFlash(4, 4_096, Blocks);
        var (most, copies) = (0, 0);
        for (var cut = 20; cut < 140; cut += 10)
        {
            copy.CopyFrom(state);
            copy.CutPowerIn(cut, 0, TornWrite.Prefix, cut);
            Assert.Throws<PowerCutException>(() => LiveOn(copy));
            copy.PowerOn();
            for (var block = 0; block < Blocks; block++)
            {
                var gone = new SimulatedFlash(4, 4_096, Blocks);
                gone.CopyFrom(copy);
                gone.SetFault(block, BlockFault.Dead);
                var recovery = new FlashJournal(gone, 0, Blocks).Recovery;
                if (recovery.FlashReads > most)
                    (most, copies) = (recovery.FlashReads, recovery.CarriedTwice);
            }
        }

        output.WriteLine($"{most} reads, {copies} originals found");
        Assert.InRange(most, Blocks, 8 * Blocks);
    }

    /// <summary>How many blocks are read between two beats.</summary>
    private sealed class BlockWatch(SimulatedFlash chip) : IFlash, IBeat
    {
        private readonly HashSet<int> _read = [];

        public SimulatedFlash Chip => chip;

        public int Most { get; set; }

        public int ProgramBytes => chip.ProgramBytes;

        public int EraseBlockBytes => chip.EraseBlockBytes;

        public int BlockCount => chip.BlockCount;

        public void Beat() => _read.Clear();

        public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length)
        {
            _read.Add(block);
            Most = Math.Max(Most, _read.Count);
            return chip.Read(block, offset, buffer, bufferOffset, length);
        }

        public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            chip.Program(block, offset, buffer, bufferOffset, length);

        public FlashResult EraseBlock(int block) => chip.EraseBlock(block);

        public FlashResult Sync() => chip.Sync();
    }

    private sealed class Beats : IBeat
    {
        public int Count { get; private set; }

        public void Beat() => Count++;
    }

    private static FlashJournal Open(SimulatedFlash flash) => new(flash, 0, flash.BlockCount);
}
