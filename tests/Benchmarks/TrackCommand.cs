using System.CommandLine;
using System.Globalization;
using BoatTelemetry.Benchmarks.Tracks;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks;

/// <summary><c>track FILE...</c>: bytes a fix of the track codec and of its alternatives, for any NMEA log.</summary>
internal static class TrackCommand
{
    private static readonly string[] Units = ["codec", "fixes", "bytes", "B/fix"];

    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files") { Arity = ArgumentArity.OneOrMore, Description = "NMEA logs" };
        files.AcceptExistingOnly();
        var command = new Command("track", "Bytes a fix of the track codec and its alternatives.") { files };
        command.SetAction(result => Run(result.GetValue(files)!));
        return command;
    }

    private static int Run(FileInfo[] files)
    {
        foreach (var file in files)
        {
            var fixes = NmeaLog.Read(file.FullName);
            Console.WriteLine(file.Name);
            if (fixes.Count == 0)
            {
                Console.WriteLine("  no positions");
                continue;
            }

            Console.WriteLine($"  {Units[0],-46} {Units[1],7} {Units[2],9} {Units[3],7}");
            foreach (var (name, bytes) in TrackMeasures.All(fixes))
            {
                var perFix = (bytes / fixes.Count).ToString("0.000", CultureInfo.InvariantCulture);
                Console.WriteLine($"  {name,-46} {fixes.Count,7} {bytes,9:0} {perFix,7}");
            }
        }

        return 0;
    }
}
