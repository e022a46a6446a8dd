using Xunit.Abstractions;

namespace BoatTelemetry.TestSupport;

/// <summary>Randomness that can be had again: every randomised test prints its seed, and BOAT_SEED sets it.</summary>
public static class Seed
{
    /// <summary>A generator from BOAT_SEED, or from a new seed; either is printed.</summary>
    public static Random New(ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BOAT_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed} (BOAT_SEED={seed} repeats this run)");
        return new Random(seed);
    }
}
