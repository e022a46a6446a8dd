using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>selftest</c>: each part of the unit, and what to do about it.</summary>
internal static class SelfTestCommand
{
    public static Command Create(Shell shell, UnitOptions unit)
    {
        var command = new Command("selftest", "Tests each part of the unit, and says what to do if one fails; exit code 1 if one does.");
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            using var bench = unit.Open(asked);
            var parts = SelfTest.Run(bench);
            var failed = parts.Count(part => part.State == PartState.Fail);
            output.Result(Json(parts), page =>
            {
                page.Table(["part", "result", "detail"], parts.Select(part => new Cell[] { part.Part, new(part.Word, ToneOf(part.State)), part.Detail }));
                foreach (var part in parts.Where(part => part.Advice.Length > 0))
                    page.Line($"{part.Part}: {part.Advice}");

                page.Line(failed == 0 ? new Cell("No part has failed.", Tone.Good) : new Cell($"{failed} failed.", Tone.Bad));
            });
            return failed == 0 ? ExitCode.Ok : ExitCode.NotGood;
        });
        return command;
    }

    private static JsonObject Json(IReadOnlyList<PartResult> parts) => new()
    {
        ["passed"] = parts.Count(part => part.State == PartState.Pass),
        ["failed"] = parts.Count(part => part.State == PartState.Fail),
        ["notFitted"] = parts.Count(part => part.State == PartState.NotFitted),
        ["unknown"] = parts.Count(part => part.State == PartState.Unknown),
        ["parts"] = new JsonArray(
        [
            .. parts.Select(part => new JsonObject { ["part"] = part.Part, ["result"] = part.Word, ["detail"] = part.Detail, ["advice"] = part.Advice }),
        ]),
    };

    private static Tone ToneOf(PartState state) => state switch
    {
        PartState.Pass => Tone.Good,
        PartState.Fail => Tone.Bad,
        _ => Tone.Weak,
    };
}
