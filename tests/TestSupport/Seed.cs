using Xunit.Abstractions;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// Randomness that can be had again: every randomised test prints its seed, and BOAT_SEED sets it. Without it a run takes the
/// same seed as the last one, so that a change is judged by what it changed; `make soak` goes over new seeds.
/// </summary>
public static class Seed
{
    private const int Usual = 20_260_705;

    /// <summary>A generator from BOAT_SEED, or from the usual seed; either is printed.</summary>
    public static Random New(ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BOAT_SEED"), out var given) ? given : Usual;
        output.WriteLine($"seed {seed} (BOAT_SEED={seed} repeats this run)");
        return new Random(seed);
    }
}
