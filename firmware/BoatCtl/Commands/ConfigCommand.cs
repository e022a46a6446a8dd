using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>config</c> with those below it.</summary>
internal static class ConfigCommand
{
    public static Command Create(Shell shell, UnitOptions unit) => new("config", "Reads and changes a unit's configuration.")
    {
        Get(shell, unit),
    };

    private static Command Get(Shell shell, UnitOptions unit)
    {
        var key = new Argument<string?>("KEY") { Description = "Section and name, such as reports.patrolS. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("get", "Shows the stored configuration, or one key of it.") { key };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            using var bench = unit.Open(asked);
            var reply = asked.GetValue(key) is { } one ? bench.Ask("config get", new JsonObject { ["key"] = one }) : bench.Ask("config get");
            output.Result(reply, page => page.Line(reply.ToJsonString()));
            return ExitCode.Ok;
        });
        return command;
    }
}
