using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>A week of running, in seconds: what grows slowly would show.</summary>
public sealed class UnitWeekTests(ITestOutputHelper output)
{
    private const int HourMs = 3_600_000;

    // The loop's turns are made longer than on a board, where they are 10 ms; a UART at 9,600 baud has 48 bytes then.
    private const int StepMs = 50;

    [Fact]
    public void Unit_AWeekAtSea_HoldsItsMemoryAndLeavesNoThread()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Shore.KeepsEverything = false;
        bench.Run(6 * HourMs, StepMs);
        var threads = Environment.ProcessId > 0 ? ThreadPool.ThreadCount : 0;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var day = 0; day < 7; day++)
        {
            // Half of each night nobody listens.
            bench.Shore.Listens = false;
            bench.Run(6 * HourMs, StepMs);
            bench.Shore.Listens = true;
            bench.Run(18 * HourMs, StepMs);
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        output.WriteLine($"memory {before} -> {after} bytes; {bench.Describe()}; air time {bench.Shore.AirtimeUs / 1000} ms");
        Assert.InRange(after - before, -1_000_000, 200_000);
        Assert.True(ThreadPool.ThreadCount <= threads + 2, "threads were left over");
        Assert.Equal(0, bench.Board.Resets);
        Assert.False(bench.Unit.Supervisor.SafeMode);
        Assert.Equal(0, bench.Shore.Rejected);
    }

    [Fact]
    public void Unit_AnHourOfTheMainLoop_AllocatesWhatItsOwnAesReturnsAndNothingElse()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Shore.Listens = false;
        bench.Run(HourMs, StepMs);

        long unitBytes = 0;
        for (var endMs = bench.Board.Time.MonotonicMs + HourMs; bench.Board.Time.MonotonicMs < endMs;)
        {
            var startBytes = GC.GetAllocatedBytesForCurrentThread();
            bench.Unit.Step();
            unitBytes += GC.GetAllocatedBytesForCurrentThread() - startBytes;
            bench.Board.Advance(StepMs);
        }

        output.WriteLine($"{unitBytes} bytes in an hour, the simulated chips' own included");
    }
}
