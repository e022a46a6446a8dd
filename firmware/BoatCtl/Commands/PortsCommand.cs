using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>ports</c>: the serial ports, and which of them are boat units.</summary>
internal static class PortsCommand
{
    // All are asked at once, and one that is no unit uses up the whole time: a unit answers within some 50 ms.
    private static readonly TimeSpan _wait = TimeSpan.FromSeconds(2);

    public static Command Create(Shell shell, PortCatalog catalog)
    {
        var command = new Command("ports", "Lists the serial ports, and asks each whether a boat unit answers.");
        shell.Does(command, (_, output, _) =>
        {
            var ports = catalog.All();
            var answers = new BenchReply[ports.Count];
            Parallel.For(0, ports.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, ports.Count) }, i => answers[i] = Ask(ports[i].Path));
            var found = ports.Zip(answers).ToList();
            output.Result(new JsonArray([.. found.Select(one => Json(one.First, one.Second))]), page =>
            {
                if (found.Count == 0)
                    page.Line("There is no serial port here.");
                else
                    page.Table(["port", "USB device", "unit", "board", "firmware", "key"], found.Select(one => Row(one.First, one.Second)));
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static BenchReply Ask(string port)
    {
        try
        {
            using var bench = new BenchClient(SerialLine.Open(port), port, _wait);
            return bench.Send("info");
        }
        catch (BenchException e)
        {
            return new BenchReply(e.Outcome, [], e.Word, e.Message);
        }
    }

    private static JsonObject Json(PortEntry port, BenchReply answer) => new()
    {
        ["port"] = port.Path,
        ["usb"] = port.Usb is null ? null : new JsonObject
        {
            ["vendor"] = $"{port.Usb.Vendor:x4}",
            ["product"] = $"{port.Usb.Product:x4}",
            ["maker"] = port.Usb.Maker,
            ["name"] = port.Usb.Name,
            ["serial"] = port.Usb.Serial,
        },
        ["chip"] = port.Usb?.Chip,
        ["unit"] = answer.Outcome != BenchOutcome.Done ? null : new JsonObject
        {
            ["unit"] = answer.Fields["unit"]?.DeepClone(),
            ["board"] = answer.Fields["board"]?.DeepClone(),
            ["firmware"] = answer.Fields["firmware"]?.DeepClone(),
            ["key"] = answer.Fields["key"]?.DeepClone(),
        },
        ["error"] = answer.Outcome == BenchOutcome.Done ? null : answer.Error,
    };

    private static Cell[] Row(PortEntry port, BenchReply answer)
    {
        var usb = port.Usb is null ? "not known" : $"{port.Usb.Vendor:x4}:{port.Usb.Product:x4} {port.Usb.Chip ?? port.Usb.Name}".TrimEnd();
        return answer.Outcome == BenchOutcome.Done
            ? [port.Path, usb, new($"{answer.Fields["unit"]}", Tone.Good), $"{answer.Fields["board"]}", $"{answer.Fields["firmware"]}", $"{answer.Fields["key"]}"]
            : [port.Path, usb, new(answer.Outcome == BenchOutcome.NotOpened ? "cannot be opened" : "does not answer", Tone.Weak), "", "", ""];
    }
}
