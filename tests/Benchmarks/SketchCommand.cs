using System.CommandLine;
using System.Globalization;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks;

/// <summary><c>sketch FILE... --sed 10</c>: bytes an hour of the sketch and its worst error, for any NMEA log.</summary>
internal static class SketchCommand
{
    /// <summary>Frame header (7) and tag (8) around each payload.</summary>
    private const int SealBytes = 15;

    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files") { Arity = ArgumentArity.OneOrMore, Description = "NMEA logs" };
        files.AcceptExistingOnly();
        var sed = new Option<int>("--sed") { Description = "bound, metres", DefaultValueFactory = _ => 10 };
        sed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Sketch.BoundMaxM)
            {
                result.AddError($"--sed: 1 to {Sketch.BoundMaxM} metres.");
            }
        });
        var command = new Command("sketch", "Bytes an hour of the sketch and its worst error.") { files, sed };
        command.SetAction(result => Run(result.GetValue(files)!, result.GetValue(sed)));
        return command;
    }

    private static int Run(FileInfo[] files, int boundM)
    {
        foreach (var file in files)
        {
            var fixes = NmeaLog.Read(file.FullName);
            if (fixes.Count < 2)
            {
                Console.WriteLine($"{file.Name}: no track");
                continue;
            }

            var sketch = SketchedTrack.Of(fixes, boundM, Sketch.PayloadBytesMax);
            var hours = (fixes[^1].UtcS - fixes[0].UtcS) / 3600.0;
            var payload = sketch.Payloads.Sum(p => p.Length);
            var sealedBytes = payload + (SealBytes * sketch.Payloads.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{file.Name}: {hours:0.00} h, {fixes.Count} fixes, {sketch.Payloads.Count} frames, "
                + $"{sketch.Vertices.Count} vertices; payload {payload} B, {payload / hours:0.0} B/h; "
                + $"sealed {sealedBytes} B, {sealedBytes / hours:0.0} B/h; worst {sketch.WorstM:0.00} m"));
        }

        return 0;
    }
}
