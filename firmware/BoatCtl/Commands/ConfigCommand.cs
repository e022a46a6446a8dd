using System.CommandLine;
using System.CommandLine.Parsing;
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
        Set(shell, unit),
        Diff(shell, unit),
        Backup(shell, unit),
        Restore(shell, unit),
    };

    private static Command Get(Shell shell, UnitOptions unit)
    {
        var key = new Argument<string?>("KEY")
        {
            Description = "A key, such as reports.patrolS, or a section, such as reports. Default: all.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("get", "Shows the stored configuration: all, a section, or a key with what it may be.") { key };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            using var bench = unit.Open(asked);
            var reply = Asked(bench, asked.GetValue(key));
            reply.Remove("id");
            reply.Remove("ok");
            output.Result(reply, page =>
            {
                if (reply["config"] is JsonObject config)
                    page.Fields(UnitConfiguration.Flat(config).Concat(Secrets(reply)).Select(field => (field.Key, (Cell)ConfigText.Of(field.Value))));
                else
                    page.Fields(reply.Select(field => (field.Key, (Cell)ConfigText.Of(field.Value))));
            });
            return ExitCode.Ok;
        });
        return command;
    }

    // What is not there is told with what is: a unit's reply has no room for it.
    private static JsonObject Asked(BenchClient bench, string? name)
    {
        if (name is null)
            return (JsonObject)bench.Ask("config get").DeepClone();

        var isKey = name.Contains('.', StringComparison.Ordinal);
        var reply = bench.Send("config get", new JsonObject { [isKey ? "key" : "section"] = name });
        if (reply.Outcome == BenchOutcome.Refused && UnitConfiguration.Read(bench).NotThere(name) is { } why)
            throw new BenchException(BenchOutcome.Refused, reply.Error, why);
        return (JsonObject)reply.Done().DeepClone();
    }

    private static Command Set(Shell shell, UnitOptions unit)
    {
        var changes = new Argument<KeyValuePair<string, string>[]>("KEY=VALUE")
        {
            Description = "What to change, such as reports.patrolS=30. Several are one change: all of them or none.",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Pairs,
        };
        var command = new Command("set", "Changes keys of the configuration, and reads them back.") { changes };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            using var bench = unit.Open(asked);
            var before = UnitConfiguration.Read(bench);
            var wanted = asked.GetRequiredValue(changes).Aggregate(before.Config, (config, change) => UnitConfiguration.With(config, change.Key, change.Value));
            Tell(output, before.Write(bench, wanted));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Diff(Shell shell, UnitOptions unit)
    {
        var file = new Argument<string>("FILE") { Description = "A backup." };
        var command = new Command("diff", "Compares the unit's configuration with a backup; exit code 1 if they differ.") { file };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            var there = ConfigBackup.Read(asked.GetRequiredValue(file));
            using var bench = unit.Open(asked);
            var differences = UnitConfiguration.Differences(UnitConfiguration.Read(bench).Config, there);
            var json = new JsonObject
            {
                ["same"] = differences.Count == 0,
                ["differences"] = new JsonArray([.. differences.Select(d => ConfigText.Json(d, "unit", "file"))]),
            };
            output.Result(json, page =>
            {
                if (differences.Count == 0)
                    page.Line("The unit's configuration is that of the file.");
                else
                    ConfigText.Table(page, differences, "unit", "file");
            });
            return differences.Count == 0 ? ExitCode.Ok : ExitCode.NotGood;
        });
        return command;
    }

    private static Command Backup(Shell shell, UnitOptions unit)
    {
        var file = new Argument<string>("FILE") { Description = "What is written; must not be there yet." };
        var command = new Command("backup", "Writes the unit's configuration into a file. Passwords and the key are not in it: no unit tells them.") { file };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            var path = asked.GetRequiredValue(file);
            ConfigBackup.CheckFree(path);
            using var bench = unit.Open(asked);
            var info = bench.Ask("info");
            var configuration = UnitConfiguration.Read(bench);
            ConfigBackup.Write(path, configuration, info, DateTimeOffset.UtcNow);
            var keys = UnitConfiguration.Flat(configuration.Config).Count(key => key.Key != "configVersion");
            var json = new JsonObject { ["file"] = path, ["keys"] = keys, ["secretsNotInFile"] = configuration.Secrets.DeepClone() };
            output.Result(json, page =>
            {
                page.Line($"{keys} keys of unit {info["unit"]} are in {path}.");
                page.Line("Not in it: " + string.Join(", ", configuration.Secrets.Select(secret => $"{secret.Key} ({secret.Value})")) + ", the unit's key. No unit tells them.");
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Restore(Shell shell, UnitOptions unit)
    {
        var file = new Argument<string>("FILE") { Description = "A backup." };
        var command = new Command(
            "restore", "Writes a backup's whole configuration to the unit, shows what changes, and reads it back. Passwords and the key stay as they are.")
        {
            file,
        };
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            var wanted = ConfigBackup.Read(asked.GetRequiredValue(file));
            using var bench = unit.Open(asked);
            var before = UnitConfiguration.Read(bench);
            var differences = UnitConfiguration.Differences(before.Config, wanted);
            foreach (var difference in differences)
                output.Note($"{difference.Key}: {ConfigText.Of(difference.Before)} -> {ConfigText.Of(difference.After)}");

            Tell(output, differences.Count == 0 ? new ConfigWritten([], WaitsForReboot: false) : before.Write(bench, wanted));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Tell(Output output, ConfigWritten written)
    {
        var json = new JsonObject
        {
            ["changed"] = new JsonArray([.. written.Changed.Select(d => ConfigText.Json(d, "from", "to"))]),
            ["waitsForReboot"] = written.WaitsForReboot,
            ["verified"] = true,
        };
        output.Result(json, page =>
        {
            if (written.Changed.Count == 0)
            {
                page.Line("Nothing to change: the unit has this configuration already.");
                return;
            }

            ConfigText.Table(page, written.Changed, "from", "to");
            page.Line("Written and read back. " + (written.WaitsForReboot ? "Some of it is in force only after the next start of the unit." : "In force."));
        });
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Secrets(JsonObject reply) =>
        reply["secrets"] is JsonObject secrets ? secrets.Select(secret => new KeyValuePair<string, JsonNode?>("secret " + secret.Key, secret.Value)) : [];

    private static KeyValuePair<string, string>[]? Pairs(ArgumentResult argument)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var token in argument.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? token.Value : token.Value[..equals];
            if (equals <= 0 || key == "configVersion")
                argument.AddError($"{token.Value}: KEY=VALUE, such as reports.patrolS=30.");
            else if (pairs.Exists(pair => pair.Key == key))
                argument.AddError($"{key} is there twice.");
            else
                pairs.Add(new(key, token.Value[(equals + 1)..]));
        }

        return [.. pairs];
    }
}
