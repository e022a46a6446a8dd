using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Flash;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>flash</c>.</summary>
internal sealed class FlashCommand
{
    // The first start after a flash formats the file system.
    private static readonly TimeSpan _startLeast = TimeSpan.FromSeconds(30);

    private readonly UnitOptions _port;
    private readonly Option<string> _board = new("--board") { Description = "Which board.", Required = true, HelpName = string.Join('|', FlashBoard.All.Select(board => board.Model)) };
    private readonly Option<string?> _image = new("--image") { Description = "The application's deployment image. Default: the runtime alone.", HelpName = "FILE" };
    private readonly Option<string?> _runtime = new("--runtime") { Description = "The nanoFramework runtime's version. Default: the newest.", HelpName = "VERSION" };
    private readonly Option<bool> _skipRuntime = new("--skip-runtime") { Description = "Leaves the runtime as it is." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Shows the commands and runs none." };
    private readonly Option<string> _nanoff = new("--nanoff") { Description = "The program nanoff.", HelpName = "PATH", DefaultValueFactory = _ => NanoffProcess.Default };

    private FlashCommand(UnitOptions port) => _port = port;

    public static Command Create(Shell shell, UnitOptions port)
    {
        var options = new FlashCommand(port);
        var command = options.Create();
        shell.Does(command, options.Run);
        return command;
    }

    private Command Create()
    {
        _board.AcceptOnlyFromAmong([.. FlashBoard.All.Select(board => board.Model)]);
        var command = new Command("flash", "Writes the runtime and the application into a unit with nanoff, and looks whether it starts.")
        {
            _board, _image, _runtime, _skipRuntime, _dryRun, _nanoff,
        };
        _port.AddTo(command);
        command.Validators.Add(asked =>
        {
            var (hasImage, hasRuntime, skips) = (asked.GetResult(_image) is not null, asked.GetResult(_runtime) is not null, asked.GetResult(_skipRuntime) is { Implicit: false });
            if (skips && hasRuntime)
                asked.AddError("--runtime does not go with --skip-runtime.");
            if (skips && !hasImage)
                asked.AddError("--skip-runtime without --image leaves nothing to be written.");
        });
        return command;
    }

    private int Run(ParseResult asked, Output output, CancellationToken cancellation)
    {
        var board = FlashBoard.All.First(one => one.Model == asked.GetValue(_board));
        var (image, nanoff, isDry) = (asked.GetValue(_image), asked.GetValue(_nanoff)!, asked.GetValue(_dryRun));
        if (image is not null && !isDry && !File.Exists(image))
            throw new CommandException(ExitCode.Missing, "no-image", $"--image {image}: there is no such file.");
        var port = isDry ? asked.GetValue(_port.Port) ?? "PORT" : _port.PortOf(asked);
        var steps = FlashPlan.Of(board, port, image, asked.GetValue(_runtime), asked.GetValue(_skipRuntime));
        if (isDry)
        {
            output.Result(
                new JsonObject { ["commands"] = new JsonArray([.. steps.Select(step => (JsonNode)step.CommandLine(nanoff))]) },
                page =>
                {
                    foreach (var step in steps)
                        page.Line(step.CommandLine(nanoff));
                });
            return ExitCode.Ok;
        }

        foreach (var step in steps)
            RunStep(output, board, step, nanoff, cancellation);
        var start = TimeSpan.FromSeconds(Math.Max(_startLeast.TotalSeconds, asked.GetValue(_port.TimeoutS)));
        return image is null ? RuntimeAlone(output) : Verify(output, board, new StartWatch(port, start), cancellation);
    }

    private static void RunStep(Output output, FlashBoard board, FlashStep step, string nanoff, CancellationToken cancellation)
    {
        output.Note($"{step.What}: {step.CommandLine(nanoff)}");
        var (exitCode, lines) = Run(output, step, nanoff, cancellation);
        var failure = exitCode != 0 ? FlashFailures.Of(lines, exitCode) : null;
        if (failure is null && !step.Writes && ChipOf(lines) is var chip && chip != board.Chip)
            failure = chip is null ? FlashFailures.Of(lines, exitCode) : FlashFailures.WrongChip(board, chip);
        if (failure is null)
            return;
        var isHalfDone = step.Writes && failure.ExitCode == ExitCode.NotReached;
        var last = lines.LastOrDefault(line => line.Trim().Length > 0) ?? "it said nothing";
        throw new CommandException(
            isHalfDone ? ExitCode.HalfDone : failure.ExitCode, failure.Word, $"{failure.Advice} (nanoff, exit code {exitCode}: {last.Trim()})");
    }

    private static (int ExitCode, IReadOnlyList<string> Lines) Run(Output output, FlashStep step, string nanoff, CancellationToken cancellation)
    {
        try
        {
            return NanoffProcess.Run(nanoff, step.Arguments, line => output.Note("  " + line), cancellation);
        }
        catch (OperationCanceledException e)
        {
            throw step.Writes
                ? new CommandException(ExitCode.HalfDone, "stopped", "Stopped while the flash was written: flash again.", e)
                : new CommandException(ExitCode.NotReached, "stopped", "Stopped; nothing was written.", e);
        }
    }

    // "Connected to:", and in the next line "ESP32-S3 (ESP32-S3 (QFN56) (revision v0.2))" (Esp32Manager, Esp32DeviceInfo.ToString).
    private static string? ChipOf(IReadOnlyList<string> lines)
    {
        var at = lines.ToList().FindIndex(line => line.Trim() == "Connected to:");
        return at < 0 || at + 1 >= lines.Count ? null : lines[at + 1].Trim().Split(' ')[0];
    }

    private static int RuntimeAlone(Output output)
    {
        output.Result(
            new JsonObject { ["outcome"] = "runtime-written" },
            page => page.Line("The runtime is written. There is no application in this command, so nothing was asked whether it starts."));
        return ExitCode.Ok;
    }

    private static int Verify(Output output, FlashBoard board, StartWatch watch, CancellationToken cancellation)
    {
        output.Note("waiting for the unit to start");
        if (watch.Info(cancellation) is not { } info)
        {
            var why = FlashFailures.OfStart(watch.Heard);
            throw new CommandException(
                ExitCode.HalfDone, why?.Word ?? "no-start", $"The flash is written, and the unit does not answer on its console. {why?.Advice ?? "Press RESET (EN); if it stays silent, flash it anew."}");
        }

        // The unit goes by its module, whatever its configuration says.
        var running = (string?)info["board"];
        output.Result(
            new JsonObject { ["outcome"] = "flashed", ["firmware"] = info["firmware"]?.DeepClone(), ["target"] = info["target"]?.DeepClone(), ["board"] = running },
            page =>
            {
                page.Line(new Cell($"The unit runs firmware {info["firmware"]} on {info["target"]}.", Tone.Good));
                if (running != board.Model)
                    page.Line($"This module is {running}'s, and --board was {board.Model}: wrong image or wrong --board. Flash again with --board {running}.");
            });
        return ExitCode.Ok;
    }
}
