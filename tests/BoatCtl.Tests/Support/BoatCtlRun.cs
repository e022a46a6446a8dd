using System.Text.Json;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>One command line and what came of it: the program's own commands, redirected.</summary>
internal sealed record BoatCtlRun(int ExitCode, string Out, string Error)
{
    /// <summary>The JSON document that it wrote, and nothing else.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Out);
        return document.RootElement.Clone();
    }

    public static BoatCtlRun Of(params string[] arguments) => OfAsync(arguments).GetAwaiter().GetResult();

    public static async Task<BoatCtlRun> OfAsync(string[] arguments, PortCatalog? ports = null, CancellationToken cancellation = default)
    {
        var (result, error) = (new StringWriter(), new StringWriter());
        var shell = new Shell(TextWriter.Synchronized(result), TextWriter.Synchronized(error), isTerminal: false);
        var exitCode = await shell.RunAsync(BoatCtlCommands.Create(shell, ports ?? PortCatalog.OfSystem()), arguments, cancellation);
        return new BoatCtlRun(exitCode, result.ToString(), error.ToString());
    }
}
