using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Tests.Host;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Storage;

/// <summary>
/// The journal over its files, the power cut before each operation that commits one. littlefs commits at a file's closing and
/// wholly, so a cut leaves each operation done or as if it had never been; what littlefs itself leaves of one is not shown here.
/// </summary>
public sealed class LittleFsJournalPowerLossTests(ITestOutputHelper output) : IDisposable
{
    private const int Blocks = 12;
    private const int BlockBytes = 512;
    private const int LifeFrames = 10;
    private const int States = 3;
    private const uint HighestBit = 0x80000000;

    private readonly TemporaryFolder _state = new();
    private readonly TemporaryFolder _trial = new();
    private readonly Acknowledgement _said = new();
    private bool _losesLast;

    [Fact]
    public void Journal_InFilesCutBeforeEveryCommit_KeepsOrCountsWhatItStored() => CutEverywhere();

    /// <summary>What a file that is flushed and not closed would do; the trial has to notice.</summary>
    [Fact]
    public void Journal_InFilesWhoseLastCommitIsLost_IsFound()
    {
        _losesLast = true;
        var found = Assert.ThrowsAny<Xunit.Sdk.XunitException>(CutEverywhere);
        Assert.Contains("missed", found.Message, StringComparison.Ordinal);
    }

    private void CutEverywhere()
    {
        var random = Seed.New(output);
        var known = new Known();
        Live(_state, known, 150, random.Next(), int.MaxValue);
        var (cuts, erases, dropped) = (0, 0, 0L);
        for (var state = 0; state < States; state++)
        {
            var seed = random.Next();
            Known? after = null;
            var isCut = true;
            for (var commit = 0; isCut; commit++)
            {
                CopyFiles(_state, _trial);
                after = new Known(known);
                var flash = Live(_trial, after, LifeFrames, seed, commit);
                isCut = flash.IsOff;
                cuts += isCut ? 1 : 0;
                erases += isCut && flash.StopsAtErase ? 1 : 0;
                dropped = Live(_trial, after, 2, random.Next(), int.MaxValue).Dropped;
                Live(_trial, after, 0, 0, int.MaxValue);
            }

            CopyFiles(_trial, _state);
            known = after!;
        }

        output.WriteLine($"{cuts} cuts, {erases} of them before a file was removed; {dropped} frames dropped by the policy");
        Assert.True(cuts > States * LifeFrames && erases > 0 && dropped > 0);
    }

    public void Dispose()
    {
        _state.Dispose();
        _trial.Dispose();
    }

    // One life: what the lives before it stored is looked for, then frames are stored and acknowledged.
    private CutFiles Live(TemporaryFolder folder, Known known, int frames, int seed, int commits)
    {
        var random = new Random(seed);
        var flash = new CutFiles(new LittleFsFlash(folder.Path, "j", BlockBytes, Blocks), commits, _losesLast ? folder.File("j") : null);
        try
        {
            var journal = new FlashJournal(flash, 0, Blocks);
            Check(journal, known);
            for (var i = 0; i < frames; i++)
            {
                var frame = Offered(known.Next++);
                Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
                known.Stored.Add(known.Next - 1);
                if (random.Next(3) == 0 && journal.HeldFrames > 0)
                    Acknowledge(journal, known, random);
            }

            Check(journal, known);
            flash.Dropped = journal.DroppedFrames;
        }
        catch (PowerCutException)
        {
            Assert.True(flash.IsOff);
        }

        return flash;
    }

    private void Acknowledge(FlashJournal journal, Known known, Random random)
    {
        // Before the base goes over what was dropped: what the policy drops is missed, or a loss could hide behind it.
        Check(journal, known);
        _said.BaseCounter = journal.OldestHeldCounter + (uint)random.Next(2);
        _said.Bitmap = (uint)random.Next(1 << 8) << 24;
        _said.SelectiveFirst = known.Next - 4;
        _said.SelectiveBitmap = random.Next(2) == 0 ? 0 : HighestBit | (HighestBit >> 2);
        known.Stored.RemoveWhere(_said.Covers);
        journal.Acknowledge(_said);
    }

    private static void Check(FlashJournal journal, Known known)
    {
        var held = new HashSet<uint>();
        var cursor = new JournalCursor();
        var frame = new byte[FrameLimits.FrameBytesMax];
        for (var more = journal.MoveToOldest(cursor); more; more = journal.MoveToNewer(cursor))
        {
            Assert.True(held.Add(cursor.Counter));
            var length = journal.Read(cursor, frame, 0);
            Assert.Equal(Offered(cursor.Counter), frame[..length]);
        }

        known.Missed += known.Stored.RemoveWhere(counter => !held.Contains(counter));
        Assert.Equal((held.Count, 0L), (journal.HeldFrames, journal.DamagedFrames));
        Assert.True(known.Missed <= journal.DroppedFrames, $"{known.Missed} missed, {journal.DroppedFrames} counted");
    }

    // A counter's frame is the same in every life.
    private static byte[] Offered(uint counter)
    {
        var isStatus = counter % 3 == 0;
        var frame = new byte[isStatus ? 24 : 28 + (counter * 37 % 150)];
        new Random((int)counter).NextBytes(frame);
        FrameHeader.WriteDurable(frame, 0, isStatus ? FrameKind.Status : FrameKind.Track, 0, 77, counter);
        return frame;
    }

    private static void CopyFiles(TemporaryFolder from, TemporaryFolder to)
    {
        foreach (var file in Directory.GetFiles(to.Path))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(from.Path))
            File.Copy(file, to.File(Path.GetFileName(file)));
    }

    /// <summary>Stored and neither acknowledged nor missed so far; and how many were missed.</summary>
    private sealed class Known
    {
        public Known()
        {
        }

        public Known(Known other) => (Next, Missed, Stored) = (other.Next, other.Missed, [.. other.Stored]);

        public uint Next { get; set; }

        public long Missed { get; set; }

        public HashSet<uint> Stored { get; } = [];
    }

    /// <summary>The files, until so many operations are committed.</summary>
    private sealed class CutFiles(LittleFsFlash files, int commits, string? losesLastOf) : IFlash
    {
        private int _left = commits;
        private FileInfo? _last;
        private long _lastBytes;

        public bool IsOff { get; private set; }

        public bool StopsAtErase { get; private set; }

        public long Dropped { get; set; }

        public int ProgramBytes => files.ProgramBytes;

        public int EraseBlockBytes => files.EraseBlockBytes;

        public int BlockCount => files.BlockCount;

        public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            IsOff ? throw new PowerCutException() : files.Read(block, offset, buffer, bufferOffset, length);

        public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length)
        {
            Commit(isErase: false);
            _last = new FileInfo(losesLastOf + block);
            _lastBytes = _last.Exists ? _last.Length : 0;
            return files.Program(block, offset, buffer, bufferOffset, length);
        }

        public FlashResult EraseBlock(int block)
        {
            Commit(isErase: true);
            return files.EraseBlock(block);
        }

        public FlashResult Sync() => IsOff ? throw new PowerCutException() : files.Sync();

        private void Commit(bool isErase)
        {
            StopsAtErase |= !IsOff && _left == 0 && isErase;
            IsOff |= _left == 0;
            if (!IsOff)
            {
                _left--;
                return;
            }

            if (losesLastOf is not null && _last is not null)
            {
                using var file = _last.Open(FileMode.OpenOrCreate);
                file.SetLength(Math.Min(file.Length, _lastBytes));
            }

            throw new PowerCutException();
        }
    }
}
