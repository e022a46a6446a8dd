using System.Diagnostics;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>No number twice, whatever instant the power fails at; and the trial that says so can say the opposite.</summary>
public sealed class FlashCounterStorePowerLossTests(ITestOutputHelper output)
{
    private static readonly int _cutPointsMin = Math.Max(
        100_000, int.TryParse(Environment.GetEnvironmentVariable("BOAT_CUT_POINTS"), out var asked) ? asked : 0);

    private static readonly TornWrite[] _everyTear = [TornWrite.Prefix, TornWrite.Scrambled, TornWrite.Unstable];
    private static readonly TornWrite[] _wholeCells = [TornWrite.Prefix, TornWrite.Scrambled];

    [Fact]
    public void TryNext_PowerCutAtEveryByteOfEveryOperation_NeverRepeatsAndSkipsAtMostTheReservations()
    {
        var random = Seed.New(output);
        var clock = Stopwatch.StartNew();
        (int Program, int Block, int Blocks, bool Cached)[] geometries =
            [(1, 112, 4, false), (4, 128, 4, true), (16, 96, 6, false)];
        var (cuts, secondCuts, lives) = (0, 0, 0);
        foreach (var (program, block, blocks, cached) in geometries)
        {
            SimulatedFlash NewFlash() => Provisioned(new SimulatedFlash(program, block, blocks, cached));
            var trial = new PowerLossTrial(NewFlash, OpenReal, random, _everyTear, rot: true);
            while (trial.CutPoints <= _cutPointsMin / geometries.Length && trial.Violations.Count == 0)
                trial.Run(1);
            Assert.True(trial.Violations.Count == 0, string.Join('\n', trial.Violations.Take(5)));
            output.WriteLine(
                $"program {program} B, {blocks} blocks of {block} B, cached {cached}: {trial.CutPoints} cut points, "
                + $"chain reached live {trial.Handed.Live}, durable {trial.Handed.Durable}");
            (cuts, secondCuts, lives) = (cuts + trial.CutPoints, secondCuts + trial.SecondCuts, lives + trial.Lives);
        }

        output.WriteLine($"{cuts} cut points, {secondCuts} of their next lives cut again, {lives} lives, {clock.Elapsed.TotalSeconds:F1} s");
        Assert.True(cuts >= _cutPointsMin);
        Assert.True(secondCuts > cuts / 4);
    }

    [Fact]
    public void Trial_OfARightStore_NotesNothing()
    {
        var trial = NaiveTrial(StoreMistake.None);
        trial.Run(6);
        Assert.Empty(trial.Violations);
        Assert.True(trial.CutPoints > 1_000);
    }

    [Theory]
    [InlineData(StoreMistake.IgnoresCrc)]
    [InlineData(StoreMistake.DoesNotLookAtTheSlot)]
    [InlineData(StoreMistake.ErasesTheOnlyCopy)]
    [InlineData(StoreMistake.WritesLater)]
    [InlineData(StoreMistake.SavesWhatWasUsed)]
    public void Trial_OfAStoreWithAMistake_NotesIt(StoreMistake mistake)
    {
        var trial = NaiveTrial(mistake);
        trial.Run(6, violationsMax: 1);
        output.WriteLine($"{mistake}: after {trial.CutPoints} cut points: {trial.Violations.FirstOrDefault()}");
        Assert.NotEmpty(trial.Violations);
    }

    [Fact]
    public void Trial_OfTheRealStoreOnAFlashThatDoesNotSync_NotesIt()
    {
        SimulatedFlash NewFlash() => Provisioned(new SimulatedFlash(4, 128, 4, cached: true));
        var trial = new PowerLossTrial(NewFlash, flash => OpenReal(new NeverSyncs(flash)), Seed.New(output), _wholeCells, rot: false);

        // Nothing reaches the cells, so no operation can be cut off; whole lives repeat instead.
        trial.Run(1, violationsMax: 1);
        trial.RunLivesThatEndBetweenOperations(3);
        output.WriteLine(trial.Violations.FirstOrDefault() ?? "nothing");
        Assert.Contains(trial.Violations, violation => violation.Contains("after", StringComparison.Ordinal));
    }

    [Fact]
    public void Trial_OfARightStoreWithOneCopy_NotesDecayOfIt()
    {
        var trial = new PowerLossTrial(
            () => new SimulatedFlash(1, 128, 2), OpenNaive(StoreMistake.None), Seed.New(output), _wholeCells, rot: true);
        trial.Run(20, violationsMax: 1);
        output.WriteLine($"after {trial.CutPoints} cut points: {trial.Violations.FirstOrDefault()}");
        Assert.NotEmpty(trial.Violations);
    }

    private static SimulatedFlash Provisioned(SimulatedFlash flash)
    {
        Assert.True(new FlashCounterStore(flash, 0, flash.BlockCount).TryProvision(0, 0));
        return flash;
    }

    private static (ICounterStore Live, ICounterStore Durable) OpenReal(IFlash flash)
    {
        var store = new FlashCounterStore(flash, 0, flash.BlockCount);
        return (store.Of(FrameClass.Live), store.Of(FrameClass.Durable));
    }

    private static OpenStore OpenNaive(StoreMistake mistake) => flash =>
    {
        var store = new NaiveCounterStore(flash, mistake);
        return (store.Of(0), store.Of(1));
    };

    private PowerLossTrial NaiveTrial(StoreMistake mistake) =>
        new(() => new SimulatedFlash(1, 128, 2), OpenNaive(mistake), Seed.New(output), _wholeCells, rot: false);

    private sealed class NeverSyncs(IFlash flash) : IFlash
    {
        public int ProgramBytes => flash.ProgramBytes;

        public int EraseBlockBytes => flash.EraseBlockBytes;

        public int BlockCount => flash.BlockCount;

        public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            flash.Read(block, offset, buffer, bufferOffset, length);

        public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length) =>
            flash.Program(block, offset, buffer, bufferOffset, length);

        public FlashResult EraseBlock(int block) => flash.EraseBlock(block);

        public FlashResult Sync() => FlashResult.Done;
    }
}
