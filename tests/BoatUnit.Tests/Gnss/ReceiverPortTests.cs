using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Gnss;

public sealed class ReceiverPortTests(ITestOutputHelper output)
{
    private const GnssSentences Wanted = GnssSentences.Rmc | GnssSentences.Gga;

    // All rates but the configured one, and the questions of all families, each asked twice.
    private const int SearchBoundMs = 7 * 1_500;
    private const int SetupBoundMs = 12_000;

    public static TheoryData<GnssChipFamily, ReceiverFamily> Families => new()
    {
        { GnssChipFamily.UbloxM8, ReceiverFamily.UbloxLegacy },
        { GnssChipFamily.UbloxM10, ReceiverFamily.UbloxKeys },
        { GnssChipFamily.Mtk, ReceiverFamily.Mtk },
        { GnssChipFamily.Casic, ReceiverFamily.Casic },
    };

    public static TheoryData<int, GnssChipFamily> Rates
    {
        get
        {
            var data = new TheoryData<int, GnssChipFamily>();
            foreach (var rate in new[] { 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400 })
            {
                data.Add(rate, GnssChipFamily.UbloxM8);
                data.Add(rate, rate == 230_400 ? GnssChipFamily.Deaf : GnssChipFamily.Casic);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Poll_EachFamily_SendsOnlyRmcAndGgaAtTheConfiguredRate(GnssChipFamily chip, ReceiverFamily expected)
    {
        using var bench = new ReceiverBench(
            new SimulatedGnssOptions { Family = chip }, new ReceiverOptions { BaudBps = 38_400, PeriodMs = 200 });
        var tookMs = bench.UntilSetUp(SearchBoundMs + SetupBoundMs);
        output.WriteLine($"{chip}: {tookMs} ms, {bench.Port.Counters.CommandsSent} commands");

        Assert.Equal((expected, SetupOutcome.Complete), (bench.Port.Family, bench.Port.Outcome));
        Assert.Equal((Wanted, 200, 38_400), (bench.Chip.Sentences, bench.Chip.PeriodMs, bench.Chip.BaudBps));
        bench.Until(() => bench.Fixes > 100, 60_000);
        Assert.InRange(bench.WorstM, 0, 25);
        Assert.Equal((0, 0, 0), (bench.Port.Counters.SetupsLost, bench.Port.Counters.Silences, bench.Port.Counters.CommandsUnanswered));
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Poll_EachWrongRate_IsFoundWithinItsBound(int baudBps, GnssChipFamily family)
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { Family = family, BaudBps = baudBps, ColdStartMs = 0 });
        var foundMs = bench.Until(() => bench.Port.Counters.RatesFound > 0, SearchBoundMs + 1_000);
        var tookMs = bench.UntilSetUp(SetupBoundMs);
        output.WriteLine($"{baudBps}: found in {foundMs} ms, set up in another {tookMs}");

        var expectedBps = family == GnssChipFamily.Deaf ? baudBps : 9_600;
        Assert.Equal((expectedBps, expectedBps), (bench.Port.BaudBps, bench.Chip.BaudBps));
        bench.Until(() => bench.Fixes > 5, 10_000);
        Assert.False(bench.Port.IsFaulty);
    }

    [Fact]
    public void Poll_ReceiverThatAcknowledgesNothing_WorksAsItIs()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { Family = GnssChipFamily.Deaf, ColdStartMs = 0 });
        bench.UntilSetUp(SetupBoundMs);
        Assert.Equal((ReceiverFamily.Unknown, SetupOutcome.AsItIs), (bench.Port.Family, bench.Port.Outcome));

        bench.Run(120_000);
        Assert.InRange(bench.Fixes, 110, 130);
        Assert.Equal((1, 0), (bench.Port.Counters.Setups, bench.Port.Counters.Silences));

        // Now and then it is asked again, and no oftener.
        bench.Run(3_600_000);
        Assert.InRange(bench.Port.Counters.Setups, 5, 7);
        Assert.InRange(bench.Fixes, 3_650, 3_730);
    }

    [Theory]
    [InlineData(GnssChipFamily.UbloxM8)]
    [InlineData(GnssChipFamily.UbloxM10)]
    [InlineData(GnssChipFamily.Mtk)]
    public void Poll_ReceiverThatRefuses_IsLeftWithItsSentencesAndNotAskedForEver(GnssChipFamily family)
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { Family = family, RefusesSettings = true, ColdStartMs = 0 });
        bench.UntilSetUp(SetupBoundMs);
        Assert.Equal(SetupOutcome.Partial, bench.Port.Outcome);
        Assert.InRange(bench.Port.Counters.CommandsRefused, 2, 20);

        bench.Run(500_000);
        Assert.InRange(bench.Port.Counters.Setups, 2, 1 + bench.Options.SetupsInVainMax);
        Assert.InRange(bench.Fixes, 480, 510);
        Assert.False(bench.Port.IsFaulty);
    }

    [Theory]
    [InlineData(GnssChipFamily.UbloxM8)]
    [InlineData(GnssChipFamily.UbloxM10)]
    [InlineData(GnssChipFamily.Mtk)]
    public void Poll_ReceiverThatObeysSilently_IsTriedABoundedNumberOfTimes(GnssChipFamily family)
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { Family = family, AnswersNoSettings = true });
        bench.UntilSetUp(60_000);

        Assert.Equal(SetupOutcome.Partial, bench.Port.Outcome);
        Assert.Equal(Wanted, bench.Chip.Sentences);
        Assert.InRange(bench.Port.Counters.CommandsSent, bench.Port.Counters.CommandsUnanswered * 3, (bench.Port.Counters.CommandsUnanswered * 3) + 4);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Poll_ResetWhileRunning_IsSetUpAgain(GnssChipFamily chip, ReceiverFamily expected)
    {
        using var bench = new ReceiverBench(
            new SimulatedGnssOptions { Family = chip, ColdStartMs = 0 }, new ReceiverOptions { BaudBps = 9_600, PeriodMs = 500 });
        bench.UntilSetUp(SetupBoundMs);
        bench.Run(60_000);
        Assert.Equal(1, bench.Port.Counters.Setups);

        bench.Chip.PowerOn();
        var tookMs = bench.Until(() => bench.Port.Counters.Setups == 2 && bench.Port.State == ReceiverState.Running, 30_000);
        output.WriteLine($"{chip}: {tookMs} ms");
        Assert.Equal((expected, Wanted, 500, 1), (bench.Port.Family, bench.Chip.Sentences, bench.Chip.PeriodMs, bench.Port.Counters.SetupsLost));
        bench.Run(60_000);
        Assert.Equal(2, bench.Port.Counters.Setups);
    }

    [Fact]
    public void Poll_RateFallsBackWhileRunning_IsFoundAndSetAgain()
    {
        using var bench = new ReceiverBench(
            new SimulatedGnssOptions { Family = GnssChipFamily.Mtk, ColdStartMs = 0 }, new ReceiverOptions { BaudBps = 115_200 });
        bench.UntilSetUp(SetupBoundMs);
        bench.Run(20_000);

        bench.Chip.PowerOn();
        Assert.Equal(9_600, bench.Chip.BaudBps);
        bench.Run(6_000);
        Assert.True(bench.Port.IsFaulty);
        var tookMs = bench.Until(() => bench.Port.State == ReceiverState.Running && bench.Chip.BaudBps == 115_200, SearchBoundMs + SetupBoundMs);
        output.WriteLine($"{tookMs} ms after the silence was seen");
        Assert.Equal((1, Wanted), (bench.Port.Counters.Silences, bench.Chip.Sentences));
        bench.Until(() => !bench.Port.IsFaulty, 2_000);
    }

    [Fact]
    public void Poll_SilentReceiver_IsAFaultAndComesBackWhenItSpeaks()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 0 });
        bench.UntilSetUp(SetupBoundMs);
        bench.Run(10_000);
        Assert.False(bench.Port.IsFaulty);

        bench.Chip.IsSilent = true;
        var seenMs = bench.Until(() => bench.Port.IsFaulty, 10_000);
        Assert.InRange(seenMs, 3_900, 5_100);
        bench.Run(600_000);
        Assert.Equal(1, bench.Port.Counters.Silences);
        Assert.InRange(bench.Port.Counters.RoundsInVain, 50, 60);

        bench.Chip.IsSilent = false;
        var before = bench.Fixes;
        var backMs = bench.Until(() => bench.Fixes > before, SearchBoundMs + 2_000);
        output.WriteLine($"seen after {seenMs} ms, a fix {backMs} ms after it spoke again");
        Assert.False(bench.Port.IsFaulty);
    }

    [Fact]
    public void Poll_ReceiverStuckUntilItsPowerGoes_IsPowerCycled()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 0 }, hasPower: true);
        bench.UntilSetUp(SetupBoundMs);
        bench.Chip.IsSilent = true;
        bench.Until(() => bench.Port.State == ReceiverState.PoweredOff, 60_000);
        Assert.False(bench.Chip.IsPowered);
        bench.Chip.IsSilent = false;
        bench.UntilSetUp(20_000);

        Assert.Equal((1, Wanted), (bench.Port.Counters.PowerCycles, bench.Chip.Sentences));
        Assert.True(bench.Chip.IsPowered);
    }

    [Fact]
    public void Poll_DeadForSixHours_PowerCyclesBecomeRare()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions(), hasPower: true);
        bench.Chip.IsSilent = true;
        bench.Run(6 * 3_600_000);

        Assert.InRange(bench.Port.Counters.PowerCycles, 5, 40);
        Assert.True(bench.Port.IsFaulty);
    }

    [Fact]
    public void Poll_PowerSwitchThatDoesNotObey_SearchGoesOn()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions(), hasPower: true);
        bench.PowerObeys = false;
        bench.Chip.IsSilent = true;
        bench.Run(120_000);
        bench.Chip.IsSilent = false;
        bench.UntilSetUp(SearchBoundMs + SetupBoundMs);

        Assert.Equal(0, bench.Port.Counters.PowerCycles);
    }

    [Fact]
    public void Poll_NoReceiverFitted_IsAFaultAndNothingElse()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions(), isFitted: false);
        bench.Run(SearchBoundMs + 1_000);

        Assert.True(bench.Port.IsFaulty);
        Assert.Equal((ReceiverState.Searching, 0, 0), (bench.Port.State, bench.Port.Counters.PortErrors, bench.Fixes));
    }

    [Fact]
    public void Poll_PortThatIsTaken_IsTriedAgainUntilItIsFree()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 0 });
        using (new System.IO.Ports.SerialPort(bench.Options.PortName))
        {
            bench.Run(3_000);
            Assert.Equal(ReceiverState.Closed, bench.Port.State);
            Assert.InRange(bench.Port.Counters.PortErrors, 2, 4);
        }

        bench.UntilSetUp(SetupBoundMs);
    }

    [Fact]
    public void Poll_TenMinutesOfColdStart_NoPositionAndNoFault()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 600_000 });
        bench.Run(598_000);

        Assert.Equal((0, 0, 0), (bench.Fixes, bench.Port.Counters.Silences, bench.Port.Counters.SetupsLost));
        Assert.False(bench.Port.IsFaulty);
        Assert.Equal((ReceiverState.Running, SetupOutcome.Complete), (bench.Port.State, bench.Port.Outcome));
        bench.Until(() => bench.Fixes > 0, 10_000);
        Assert.InRange(bench.WorstM, 0, 25);
    }

    [Fact]
    public void Poll_GarbageBetweenSentences_PositionsComeAllTheSame()
    {
        var random = Seed.New(output);
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 0 }, new ReceiverOptions { BaudBps = 38_400 });
        bench.UntilSetUp(SearchBoundMs + SetupBoundMs);
        var before = bench.Fixes;
        var noise = new byte[40];
        for (var i = 0; i < 600; i++)
        {
            random.NextBytes(noise);
            bench.Chip.SendNoise(noise);
            bench.Run(500);
        }

        Assert.InRange(bench.Fixes - before, 150, 305);
        Assert.InRange(bench.WorstM, 0, 25);
        Assert.InRange(bench.Port.Counters.Setups, 1, 6);
        Assert.NotEqual(0, bench.Parser.Counters.SentencesRefused(NmeaRefusal.BrokenOff) + bench.Parser.Counters.SentencesIgnored);
    }

    [Fact]
    public void Poll_Running_AllocatesNothing()
    {
        using var bench = new ReceiverBench(new SimulatedGnssOptions { ColdStartMs = 0 });
        bench.UntilSetUp(SetupBoundMs);
        bench.Run(20_000);

        // Only the port's own calls are measured: the chip, which stands for hardware, makes its text anew each second.
        long allocated = 0;
        var fixes = bench.Fixes;
        for (var i = 0; i < 6_000; i++)
        {
            bench.Chip.BytesWaiting(bench.Options.BaudBps);
            var before = GC.GetAllocatedBytesForCurrentThread();
            bench.Port.Poll(bench.NowMs);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            bench.Run(ReceiverBench.PollMs);
        }

        Assert.Equal(0, allocated);
        Assert.InRange(bench.Fixes - fixes, 58, 62);
        Assert.Equal(ReceiverState.Running, bench.Port.State);
    }

    [Fact]
    public void Constructor_RateThatCannotCarryThePositions_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ReceiverBench(new SimulatedGnssOptions(), new ReceiverOptions { BaudBps = 9_600, PeriodMs = 100 }));
}
