using System.CommandLine;

namespace BoatTelemetry.Benchmarks;

internal static class SketchCommand
{
    public static Command Create() => new("sketch", "Bytes an hour of the sketch.");
}
