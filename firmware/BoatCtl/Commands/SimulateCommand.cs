using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Host.Commands;
using BoatTelemetry.Host.Runs;
using BoatTelemetry.Host.Unit;
using ExitCode = BoatTelemetry.BoatCtl.Terminal.ExitCode;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>simulate</c>: the program of firmware/Host and its command <c>unit</c>, in this process.</summary>
internal static class SimulateCommand
{
    public static Command Create(Shell shell)
    {
        var board = new BoardCommand();
        var command = board.Create("simulate");
        shell.Does(command, (asked, output, cancellation) =>
        {
            try
            {
                var summary = BoardRun.Run(
                    board.Of(asked), path => output.Result(new JsonObject { ["console"] = path }, page => page.Line($"console: {path}")), cancellation);
                var lines = summary.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                output.Result(
                    new JsonObject { ["summary"] = new JsonArray([.. lines.Select(line => (JsonNode)line)]), ["failure"] = summary.Failure },
                    page =>
                    {
                        foreach (var line in lines)
                            page.Line(line);
                        if (summary.Failure is not null)
                            page.Line(new Cell(summary.Failure, Tone.Bad));
                    });
                return summary.Failure is null ? ExitCode.Ok : ExitCode.NotGood;
            }
            catch (HostException e)
            {
                throw new CommandException(ExitCode.Missing, "cannot-simulate", e.Message, e);
            }
        });
        return command;
    }
}
