using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>secret</c>: what a unit keeps and never shows.</summary>
internal static class SecretCommand
{
    public static Command Create(Shell shell, UnitOptions unit) => new("secret", "Sets the passwords and the PIN that a unit keeps; nothing reads them back.")
    {
        Set(shell, unit),
    };

    private static Command Set(Shell shell, UnitOptions unit)
    {
        var name = new Argument<string>("NAME") { Description = "Which: wifiPassword, mqttPassword or simPin." };
        var file = new Option<string?>("--file")
        {
            Description = "A file whose first line it is. Default: the first line of standard input. Never an argument, which others on the computer can see.",
            HelpName = "FILE",
        };
        var command = new Command("set", "Sets one; an empty line unsets it. In force from the unit's next start on.") { name, file };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            var value = asked.GetValue(file) is { } path ? UnitSecret.FromFile(path) : FromInput(output);
            using var bench = unit.Open(asked);
            var reply = UnitSecret.Set(bench, asked.GetRequiredValue(name), value);
            output.Result(new JsonObject { ["name"] = reply["name"]?.DeepClone(), ["state"] = reply["state"]?.DeepClone() }, page =>
                page.Line($"{reply["name"]}: {reply["state"]}, in force from the unit's next start on."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string FromInput(Output output)
    {
        output.Note("The secret, and Enter:");
        return UnitSecret.FromInput();
    }
}
