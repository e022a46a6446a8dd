using System.Diagnostics;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>What measures the whole process's memory runs when nothing else does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

/// <summary>A week of running, in seconds: what grows slowly would show.</summary>
[Collection(AloneCollection.Name)]
public sealed class UnitWeekTests(ITestOutputHelper output)
{
    // The test runner and the runtime have some of their own that come and go.
    private const int ThreadSlack = 6;
    private const int HourMs = 3_600_000;

    // The loop's turns are made longer than on a board, where they are 10 ms; a UART at 9,600 baud has 48 bytes then.
    private const int StepMs = 50;

    [Fact]
    public void Unit_AWeekAtSea_HoldsItsMemoryAndLeavesNoThread()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Shore.KeepsEverything = false;
        bench.Run(6 * HourMs, StepMs);
        var threads = Process.GetCurrentProcess().Threads.Count;
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
        Assert.InRange(Process.GetCurrentProcess().Threads.Count, 1, threads + ThreadSlack);
        Assert.Equal(0, bench.Board.Resets);
        Assert.False(bench.Unit.Supervisor.SafeMode);
        Assert.Equal(0, bench.Shore.Rejected);
    }

    /// <remarks>
    /// The bytes are those of this process: the facade's and the simulated chips' own, .NET's AES. What the unit's own code
    /// allocates is read from its IL (Conformance.Tests, UnitAllocationTests); here is shown that nothing creeps up.
    /// </remarks>
    [Fact]
    public void Unit_HourAfterHour_AllocatesAlike()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Run(HourMs, StepMs);
        var first = BytesOfAnHour(bench);
        bench.Run(6 * HourMs, StepMs);
        var later = BytesOfAnHour(bench);

        output.WriteLine($"{first} bytes in the second hour, {later} in the ninth");
        Assert.InRange(later, first / 2, first + (first / 10));
    }

    private static long BytesOfAnHour(UnitBench bench)
    {
        long bytes = 0;
        for (var endMs = bench.Board.Time.MonotonicMs + HourMs; bench.Board.Time.MonotonicMs < endMs;)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            bench.Unit.Step();
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            bench.Board.Advance(StepMs);
        }

        return bytes;
    }
}
