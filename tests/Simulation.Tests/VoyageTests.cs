using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Simulation.Tests;

/// <summary>The fixed voyages of every test run; `make voyages` sails thousands of longer ones.</summary>
public sealed class VoyageTests(ITestOutputHelper output)
{
    private const int FirstSeed = 1;
    private const int Voyages = 300;

    [Fact]
    public void Sail_ThreeHundredVoyages_NoInvariantIsViolated()
    {
        var results = VoyageFleet.Sail(FirstSeed, Voyages, VoyageScale.Brief);
        output.WriteLine($"seeds {FirstSeed} to {FirstSeed + Voyages - 1}");
        output.WriteLine(VoyageFleet.Table(results));
        Assert.Empty(results.Where(result => result.Violation is not null).Select(result => result.Violation));

        // Silence proves something only where there was something to be found.
        Assert.True(results.Sum(result => result.PowerCuts) > 500);
        Assert.True(results.Sum(result => result.CutsInFlash) > 50);
        Assert.True(results.Sum(result => result.FlashFaults) > 100);
        Assert.True(results.Sum(result => result.GatewayCrashes) > 100);
        Assert.True(results.Sum(result => result.RadioFailures) > 50);
        Assert.True(results.Sum(result => result.ClockSteps) > 50);
        Assert.True(results.Sum(result => result.SosDelaysMs.Count) > 200);
        Assert.True(results.Sum(result => result.Delivered) > 5_000);
        Assert.True(results.Sum(result => result.Sketched + result.DroppedByKind.Sum()) > 100);
    }

    /// <summary>Full voyages in which an invariant once did not hold, or was not held against.</summary>
    /// <param name="seed">The voyage.</param>
    [Theory]
    [InlineData(571)] // A harbour in which a record full of gaps was not told within two days.
    [InlineData(993)] // An SOS that found the hour used up by its own repeats.
    [InlineData(23)] // Frames behind a decayed header, which no tally counted.
    [InlineData(161)]
    [InlineData(2008)] // A base beyond a block that died, taken for the word of its frames.
    public void Sail_SeedThatFoundSomething_HoldsNow(int seed)
    {
        using var voyage = new Voyage(seed, VoyageScale.Full);
        var result = voyage.Sail();
        Assert.Null(result.Violation);
        Assert.InRange(result.DrainMs, 0, 1_800_000);
    }

    [Fact]
    public void Sail_SameSeedTwice_IsTheSameVoyage()
    {
        using var first = new Voyage(77, VoyageScale.Brief);
        using var second = new Voyage(77, VoyageScale.Brief);
        var (one, other) = (first.Sail(), second.Sail());
        Assert.Equal(
            (one.Steps, one.SimulatedMs, one.Delivered, one.AirtimeUs), (other.Steps, other.SimulatedMs, other.Delivered, other.AirtimeUs));
        Assert.True(one.Delivered > 0);
    }
}
