using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>log</c>: what the unit noted of itself since its start.</summary>
internal static class LogCommand
{
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(500);

    public static Command Create(Shell shell, UnitOptions unit)
    {
        var from = new Option<long>("--from")
        {
            Description = "The first note's number. A unit keeps its last 64.",
            HelpName = "N",
            CustomParser = Number,
            DefaultValueFactory = _ => 1,
        };
        var follow = new Option<bool>("--follow") { Description = "Goes on with what is noted from now on, until Ctrl-C." };
        var command = new Command("log", "Shows what the unit noted since its start: faults, changes, resets.") { from, follow };
        unit.AddTo(command);
        shell.Does(command, (asked, output, cancellation) =>
        {
            using var bench = unit.Open(asked);
            if (asked.GetValue(follow))
                Follow(bench, output, asked.GetValue(from), cancellation);
            else
                Once(bench, output, asked.GetValue(from));

            return ExitCode.Ok;
        });
        return command;
    }

    private static void Once(BenchClient bench, Output output, long from)
    {
        var (notes, last) = UnitLog.Read(bench, from);
        output.Result(new JsonObject { ["last"] = last, ["notes"] = new JsonArray([.. notes.Select(note => note.Json())]) }, page =>
        {
            if (notes.Count == 0)
                page.Line("The unit has noted nothing.");
            else
                page.Table(["number", "after", "what", "with"], notes.Select(note => new Cell[] { $"{note.Number}", After(note), note.Words, note.Detail }));
        });
    }

    private static void Follow(BenchClient bench, Output output, long from, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var (notes, last) = UnitLog.Read(bench, from);
            if (last < from - 1)
            {
                output.Note("The unit has started anew.");
                from = 1;
                continue;
            }

            foreach (var note in notes)
                output.Result(note.Json(), page => page.Line($"{note.Number,5}  {After(note),-12}  {note.Words}  {note.Detail}".TrimEnd()));

            from = last + 1;
            cancellation.WaitHandle.WaitOne(_again);
        }
    }

    private static string After(LogNote note) => TimeSpan.FromMilliseconds(note.AtMs).ToString(@"d\.hh\:mm\:ss\.f", CultureInfo.InvariantCulture);

    private static long Number(ArgumentResult argument)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : string.Empty;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            return number;

        argument.AddError($"--from {text}: a note's number, from 1 on.");
        return 1;
    }
}
