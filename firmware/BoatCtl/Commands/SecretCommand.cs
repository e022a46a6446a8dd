using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>secret</c>: what a unit keeps and never shows.</summary>
internal static class SecretCommand
{
    // More than the longest of them; what is longer is no secret but a wrong file.
    private const int BytesMax = 1_024;

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
            var value = Value(asked.GetValue(file), output);
            using var bench = unit.Open(asked);

            // As bytes: the unit's JSON parser changes a text that looks like a date or begins with a quote.
            var fields = new JsonObject { ["name"] = asked.GetRequiredValue(name) };
            fields[value.Length == 0 ? "value" : "hex"] = BitConverter.ToString(Encoding.UTF8.GetBytes(value));
            var reply = bench.Ask("secret set", fields);
            output.Result(new JsonObject { ["name"] = reply["name"]?.DeepClone(), ["state"] = reply["state"]?.DeepClone() }, page =>
                page.Line($"{reply["name"]}: {reply["state"]}, in force from the unit's next start on."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Value(string? file, Output output)
    {
        if (file is null)
        {
            output.Note("The secret, and Enter:");
            return Checked(
                Console.In.ReadLine() ?? throw new CommandException(ExitCode.Missing, "no-secret", "Standard input ended without a line; nothing was changed. An empty line unsets a secret."),
                "standard input");
        }

        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Checked(reader.ReadLine() ?? "", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CommandException(ExitCode.Missing, "unreadable", $"{file}: {e.Message}");
        }
    }

    private static string Checked(string value, string from) => Encoding.UTF8.GetByteCount(value) <= BytesMax
        ? value
        : throw new CommandException(ExitCode.Usage, "too-long", $"The first line of {from} has more than {BytesMax} bytes: not a secret of a unit.");
}
