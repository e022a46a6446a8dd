using BoatTelemetry.Simulation;

// Simulation N [SEED]: sails N voyages from a seed on; 1 if an invariant did not hold, 2 for wrong arguments.
var count = 0;
var seed = 1;
if (args.Length is < 1 or > 2 || !int.TryParse(args[0], out count) || count < 1 || (args.Length == 2 && !int.TryParse(args[1], out seed)))
{
    Console.Error.WriteLine("usage: Simulation N [SEED]");
    return 2;
}

var watch = System.Diagnostics.Stopwatch.StartNew();
var done = 0;
var results = VoyageFleet.Sail(seed, count, VoyageScale.Full, result =>
{
    if (result.Violation is not null)
        Console.WriteLine($"VIOLATION {result.Violation}{Environment.NewLine}  make voyages SEED={result.Seed} N=1 repeats it");
    var now = Interlocked.Increment(ref done);
    if (now % 500 == 0)
        Console.WriteLine($"{now} of {count} voyages, {watch.Elapsed.TotalSeconds:F0} s");
});
Console.WriteLine($"{count} voyages, seeds {seed} to {seed + count - 1}, in {watch.Elapsed.TotalSeconds:F0} s");
Console.Write(VoyageFleet.Table(results));
return results.Exists(result => result.Violation is not null) ? 1 : 0;
