using System.Diagnostics;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>Whatever instant the power fails at: what was stored is there, acknowledged or counted.</summary>
public sealed class FlashJournalPowerLossTests(ITestOutputHelper output)
{
    private static readonly int _cutPointsMin =
        int.TryParse(Environment.GetEnvironmentVariable("BOAT_CUT_POINTS"), out var asked) ? asked : 1_800;

    [Fact]
    public void Journal_PowerCutAtEveryOperationOverSeveralWraps_KeepsWhatItStored()
    {
        var random = Seed.New(output);
        var clock = Stopwatch.StartNew();
        (int Program, bool Cached)[] flashes = [(4, false), (16, false), (4, true)];
        foreach (var (program, cached) in flashes)
        {
            var trial = new JournalTrial(() => new SimulatedFlash(program, 512, 12, cached), random);
            trial.Fill(150);
            while (trial.CutPoints < _cutPointsMin / flashes.Length && trial.Violations.Count == 0)
                trial.RunState();
            output.WriteLine(
                $"program {program}, cached {cached}: {trial.CutPoints} cut points, {trial.SecondCuts} cut again, "
                + $"{trial.Erases} erases in the chain, {trial.Torn} torn records, {trial.CarriedTwice} carried twice, "
                + $"{clock.Elapsed.TotalSeconds:F1} s");
            Assert.True(trial.Violations.Count == 0, string.Join('\n', trial.Violations.Take(5)));
            Assert.True(trial.Torn > 0 && trial.CarriedTwice > 0 && trial.SecondCuts > 0);
        }
    }

    [Theory]
    [InlineData(JournalMistake.ForgetsSync)]
    [InlineData(JournalMistake.LosesAFrame)]
    [InlineData(JournalMistake.AltersAFrame)]
    public void Trial_OfAJournalWithAMistake_NotesIt(JournalMistake mistake)
    {
        var trial = new JournalTrial(() => new SimulatedFlash(4, 512, 12, cached: true), Seed.New(output), mistake);
        for (var i = 0; i < 20 && trial.Violations.Count == 0; i++)
            trial.RunState();
        output.WriteLine($"{mistake}: after {trial.CutPoints} cut points: {trial.Violations.FirstOrDefault()}");
        Assert.NotEmpty(trial.Violations);
    }
}

/// <summary>What a trial's journal does wrong on purpose, so that the trial is seen to notice.</summary>
public enum JournalMistake
{
    None = 0,
    ForgetsSync,
    LosesAFrame,
    AltersAFrame,
}

/// <summary>
/// Runs a journal through lives that end by a loss of power at every operation of the flash (before it, in it, behind it,
/// every kind of tear), each followed by a life that is cut again and by one that must hold what was stored.
/// </summary>
internal sealed class JournalTrial(Func<SimulatedFlash> newFlash, Random random, JournalMistake mistake = JournalMistake.None)
{
    private const int LifeFrames = 12;

    private static readonly TornWrite[] _tears = [TornWrite.Prefix, TornWrite.Scrambled, TornWrite.Unstable];

    private readonly SimulatedFlash _state = newFlash();
    private readonly SimulatedFlash _copy = newFlash();
    private readonly SimulatedFlash _nextState = newFlash();
    private readonly Known _known = new();

    public int CutPoints { get; private set; }

    public int SecondCuts { get; private set; }

    public int Torn { get; private set; }

    public int CarriedTwice { get; private set; }

    public int Erases => Enumerable.Range(0, _state.BlockCount).Sum(_state.Erases);

    public List<string> Violations { get; } = [];

    /// <summary>Lives without a cut until the ring has gone round.</summary>
    public void Fill(int frames) => Live(_state, _known, frames, random.Next());

    public void RunState()
    {
        var sizes = new List<int>();
        var lifeSeed = random.Next();
        _copy.CopyFrom(_state);
        _copy.OperationBytes = sizes;
        Live(_copy, new Known(_known), LifeFrames, lifeSeed);
        _copy.OperationBytes = null;
        Known? next = null;
        var chosen = random.Next(sizes.Count);
        for (var operation = 0; operation < sizes.Count; operation++)
        {
            var size = sizes[operation];
            foreach (var bytes in new[] { 0, 1, random.Next(size + 1), size - 1, size })
            {
                var known = new Known(_known);
                _copy.CopyFrom(_state);
                _copy.CutPowerIn(operation, bytes, _tears[random.Next(3)], random.Next());
                if (Live(_copy, known, LifeFrames, lifeSeed))
                    CutPoints++;
                _copy.PowerOn();
                if (operation == chosen)
                {
                    _nextState.CopyFrom(_copy);
                    next = new Known(known);
                    chosen = -1;
                }

                _copy.CutPowerIn(random.Next(12), random.Next(random.Next(2) == 0 ? 20 : 513), _tears[random.Next(3)], random.Next());
                if (Live(_copy, known, 3, random.Next()))
                    SecondCuts++;
                _copy.PowerOn();
                Live(_copy, known, 3, random.Next());
                if (Violations.Count > 0)
                    return;
            }
        }

        if (next is not null)
        {
            _state.CopyFrom(_nextState);
            _known.Become(next);
        }
    }

    // True if the power failed.
    private bool Live(SimulatedFlash flash, Known known, int frames, int seed)
    {
        var chance = new Random(seed);
        try
        {
            var journal = new FlashJournal(mistake == JournalMistake.ForgetsSync ? new SeldomSyncs(flash) : flash, 0, flash.BlockCount);
            Torn += journal.Recovery.TornRecords;
            CarriedTwice += journal.Recovery.CarriedTwice;
            Compare(journal, known);
            for (var i = 0; i < frames; i++)
            {
                var frame = Offered(known.Next);
                if (mistake == JournalMistake.AltersAFrame && chance.Next(50) == 0)
                    frame[^1]++;
                known.Next++;
                if (mistake == JournalMistake.LosesAFrame && chance.Next(50) == 0)
                    known.Stored.Add(known.Next - 1);
                else if (journal.Append(frame, 0, frame.Length) != JournalResult.Stored)
                    Violations.Add($"{known.Next - 1} was not stored");
                known.Stored.Add(known.Next - 1);
                if (chance.Next(6) == 0)
                    Acknowledge(journal, known, chance);
            }

            Compare(journal, known);
        }
        catch (PowerCutException)
        {
            return true;
        }

        return false;
    }

    // A counter's frame is the same in every life, so that none needs to be remembered.
    private static byte[] Offered(uint counter) => JournalFrames.Any(counter, new Random((int)counter));

    private static void Acknowledge(FlashJournal journal, Known known, Random chance)
    {
        if (journal.HeldFrames == 0)
            return;
        var said = JournalFrames.Acknowledgement(
            journal.OldestHeldCounter + (uint)chance.Next(4), chance.Next(2) == 0 ? 0 : (uint)chance.NextInt64(1L << 32));
        known.Stored.RemoveWhere(said.Covers);
        journal.Acknowledge(said);
    }

    private void Compare(FlashJournal journal, Known known)
    {
        var held = JournalFrames.Held(journal);
        for (var i = 0; i < held.Count; i++)
        {
            if (i > 0 && held[i].Counter <= held[i - 1].Counter)
                Violations.Add($"{held[i].Counter} behind {held[i - 1].Counter}");
            if (held[i].Counter >= known.Next || !Offered(held[i].Counter).AsSpan().SequenceEqual(held[i].Frame))
                Violations.Add($"{held[i].Counter} is not what was appended");
        }

        if (held.Count != journal.HeldFrames)
            Violations.Add($"{held.Count} frames to be read, {journal.HeldFrames} said to be held");
        if (journal.DamagedFrames != 0)
            Violations.Add($"{journal.DamagedFrames} frames damaged by nothing");
        var seen = held.Select(entry => entry.Counter).ToHashSet();
        known.Lost += known.Stored.RemoveWhere(counter => !seen.Contains(counter));
        if (known.Lost > journal.DroppedFrames)
            Violations.Add($"{known.Lost} missing, {journal.DroppedFrames} counted");
        if (journal.DroppedFrames < known.DroppedLeast)
            Violations.Add($"dropped fell from {known.DroppedLeast} to {journal.DroppedFrames}");
        known.DroppedLeast = journal.DroppedFrames;
    }

    private sealed class SeldomSyncs(IFlash flash) : IFlash
    {
        private int _calls;

        public int ProgramBytes => flash.ProgramBytes;

        public int EraseBlockBytes => flash.EraseBlockBytes;

        public int BlockCount => flash.BlockCount;

        public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            flash.Read(block, offset, buffer, bufferOffset, length);

        public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            flash.Program(block, offset, buffer, bufferOffset, length);

        public FlashResult EraseBlock(int block) => flash.EraseBlock(block);

        // Every third time, or nothing would ever reach the cells.
        public FlashResult Sync() => _calls++ % 3 == 0 ? flash.Sync() : FlashResult.Done;
    }

    /// <summary>What must be true of a flash: what was offered to it, and what of that was stored.</summary>
    private sealed class Known
    {
        public Known()
        {
        }

        public Known(Known other) => Become(other);

        /// <summary>Counters below have been offered.</summary>
        public uint Next { get; set; }

        public long DroppedLeast { get; set; }

        /// <summary>Stored frames that were missed so far.</summary>
        public long Lost { get; set; }

        /// <summary>Stored, not acknowledged and not missed so far.</summary>
        public HashSet<uint> Stored { get; private set; } = [];

        public void Become(Known other)
        {
            (Next, DroppedLeast, Lost) = (other.Next, other.DroppedLeast, other.Lost);
            Stored = [.. other.Stored];
        }
    }
}
