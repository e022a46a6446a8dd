using System.CommandLine;
using BoatTelemetry.Benchmarks;

// One line a command; each is a file of its own.
var root = new RootCommand("Measurements of BoatTelemetry's parts.")
{
    TrackCommand.Create(),
    SketchCommand.Create(),
    GatewayCommand.Create(),
    ClusterCommand.Create(),
};

return root.Parse(args).Invoke();
