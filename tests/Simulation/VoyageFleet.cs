using System.Globalization;
using System.Text;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Simulation;

/// <summary>Sails many voyages, over all cores, and sums them up.</summary>
public static class VoyageFleet
{
    public static List<VoyageResult> Sail(int firstSeed, int count, VoyageScale scale, Action<VoyageResult>? done = null)
    {
        var results = new VoyageResult[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, options, i =>
        {
            using var voyage = new Voyage(firstSeed + i, scale);
            results[i] = voyage.Sail();
            done?.Invoke(results[i]);
        });
        return [.. results];
    }

    /// <summary>The table of a fleet's voyages.</summary>
    public static string Table(IReadOnlyCollection<VoyageResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var text = new StringBuilder();
        Row(text, "voyages", results.Count);
        Row(text, "violations", results.Count(result => result.Violation is not null));
        Row(text, "simulated time, days", results.Sum(result => result.SimulatedMs) / 86_400_000.0);
        Row(text, "steps", results.Sum(result => result.Steps));
        Row(text, "durable records stored", results.Sum(result => (long)result.Stored));
        Row(text, "durable frames delivered", results.Sum(result => (long)result.Delivered));
        Row(text, "  and once more", results.Sum(result => (long)result.Duplicates));
        Row(text, "live frames delivered", results.Sum(result => (long)result.LiveDelivered));
        Row(text, "track blocks sketched", results.Sum(result => result.Sketched));
        for (var kind = FrameKind.Track; kind <= FrameKind.Status; kind++)
            Row(text, $"dropped by policy, {kind}", results.Sum(result => result.DroppedByKind[(int)kind]));
        Row(text, "damaged in flash", results.Sum(result => result.Damaged));
        var metered = results.Where(result => result.HasDutyCycle).ToList();
        if (metered.Count > 0)
        {
            Row(text, "air time, mean permille of an hour", metered.Average(AirtimePermille));
            Row(text, "fullest hour, permille of its limit", metered.Max(result => result.WorstHourPermille));
        }

        Row(text, "power cuts", results.Sum(result => (long)result.PowerCuts));
        Row(text, "  of them within a flash operation", results.Sum(result => (long)result.CutsInFlash));
        Row(text, "flash faults", results.Sum(result => (long)result.FlashFaults));
        Row(text, "gateway crashes", results.Sum(result => (long)result.GatewayCrashes));
        Row(text, "radio failures", results.Sum(result => (long)result.RadioFailures));
        Row(text, "clock steps", results.Sum(result => (long)result.ClockSteps));
        Row(text, "SOS pressed", results.Sum(result => (long)result.SosPressed));
        Delays(text, "SOS delay", results.SelectMany(result => result.SosDelaysMs));
        Delays(text, "SOS delay over a power cut", results.SelectMany(result => result.SosRestartedDelaysMs));
        Row(text, "SOS barred by the hour, minutes", results.Sum(result => result.SosBarredMs) / 60_000.0);
        Delays(text, "journal empty in harbour after", results.Select(result => result.DrainMs));
        if (results.Count > 0)
            Row(text, "  the longest with seed", results.MaxBy(result => result.DrainMs)!.Seed);
        Row(text, "harbours left with records held", results.Count(result => result.LeftInJournal > 0));
        Row(text, "  records held then", results.Sum(result => (long)result.LeftInJournal));
        return text.ToString();
    }

    private static double AirtimePermille(VoyageResult result) => result.AirtimeUs / (double)result.SimulatedMs;

    private static void Delays(StringBuilder text, string name, IEnumerable<long> delaysMs)
    {
        var sorted = delaysMs.Order().ToList();
        if (sorted.Count == 0)
            return;
        var (p50, p99) = (sorted[(sorted.Count - 1) / 2], sorted[(int)((sorted.Count - 1) * 0.99)]);
        text.Append(CultureInfo.InvariantCulture, $"  {name,-36} p50 {p50 / 1_000.0:F1} s, p99 {p99 / 1_000.0:F1} s, max {sorted[^1] / 1_000.0:F1} s");
        text.AppendLine();
    }

    private static void Row(StringBuilder text, string name, double value)
    {
        text.Append(CultureInfo.InvariantCulture, $"  {name,-36} {value:0.##}").AppendLine();
    }
}
