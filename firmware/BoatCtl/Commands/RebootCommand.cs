using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>reboot</c>: a start that what was configured may wait for.</summary>
internal static class RebootCommand
{
    public static Command Create(Shell shell, UnitOptions unit)
    {
        var command = new Command("reboot", "Starts the unit anew, and waits until it answers again.");
        unit.AddTo(command);
        shell.Does(command, (asked, output, cancellation) =>
        {
            JsonObject before;
            using (var bench = unit.Open(asked))
                before = UnitRestart.Ask(bench);
            var info = new UnitRestart(() => unit.Open(asked), UnitRestart.Limit(asked.GetValue(unit.TimeoutS))).Wait(before, cancellation);
            output.Result(
                new JsonObject { ["unit"] = info["unit"]?.DeepClone(), ["starts"] = info["starts"]?.DeepClone(), ["resetCause"] = info["resetCause"]?.DeepClone(), ["waitsForReboot"] = info["waitsForReboot"]?.DeepClone() },
                page => page.Line(new Cell($"Unit {info["unit"]} has started anew ({info["resetCause"]}, start {info["starts"]}).", Tone.Good)));
            return ExitCode.Ok;
        });
        return command;
    }
}
