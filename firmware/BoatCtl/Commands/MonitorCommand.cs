using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>monitor</c>: what the unit senses, live.</summary>
internal static class MonitorCommand
{
    private const int IntervalMinMs = 200;
    private const int IntervalMaxMs = 60_000;

    public static Command Create(Shell shell, UnitOptions unit)
    {
        var interval = new Option<int>("--interval")
        {
            Description = $"Milliseconds from one view to the next, {IntervalMinMs} to {IntervalMaxMs}.",
            HelpName = "MS",
            CustomParser = argument => Whole(argument, IntervalMinMs, IntervalMaxMs),
            DefaultValueFactory = _ => 1_000,
        };
        var count = new Option<int?>("--count")
        {
            Description = "Ends after so many views. Default: Ctrl-C ends it.",
            HelpName = "N",
            CustomParser = argument => Whole(argument, 1, int.MaxValue),
        };
        var command = new Command("monitor", "Shows what the unit senses, live. What it does not know is shown as unknown.") { interval, count };
        unit.AddTo(command);
        shell.Does(command, (asked, output, cancellation) =>
        {
            using var bench = unit.Open(asked);
            Watch(bench, output, asked.GetValue(interval), asked.GetValue(count) ?? int.MaxValue, cancellation);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Watch(BenchClient bench, Output output, int intervalMs, int count, CancellationToken cancellation)
    {
        var on = new JsonObject { ["on"] = true, ["intervalMs"] = intervalMs };
        bench.Ask("sensors", on);
        output.Changing(["reading", "value"], show =>
        {
            for (var shown = 0; shown < count && !cancellation.IsCancellationRequested;)
            {
                // A unit that starts anew has forgotten that somebody watches.
                if (bench.NextEvent("sensors", TimeSpan.FromMilliseconds(intervalMs) + bench.Timeout, cancellation) is not { } view)
                {
                    if (!cancellation.IsCancellationRequested)
                        bench.Ask("sensors", on);
                    continue;
                }

                shown++;
                view.Remove("event");
                show(view, [.. SensorFields.Of(view).Select(Row)]);
            }
        });
        bench.Ask("sensors", new JsonObject { ["on"] = false });
    }

    private static Cell[] Row((string Name, string? Value) field) => field.Value is null
        ? [field.Name, new(SensorFields.Unknown, Tone.Weak)]
        : [field.Name, new(field.Value, field.Name == "faults" && field.Value != "none" ? Tone.Bad : Tone.Plain)];

    private static int Whole(ArgumentResult argument, int least, int most)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : string.Empty;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;

        argument.AddError($"{argument.Argument.Name} {text}: a whole number from {least} to {most}.");
        return least;
    }
}
