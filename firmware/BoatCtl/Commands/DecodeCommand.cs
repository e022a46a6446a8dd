using System.CommandLine;
using BoatTelemetry.BoatCtl.Decode;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Host.Commands;
using ExitCode = BoatTelemetry.BoatCtl.Terminal.ExitCode;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>decode</c>.</summary>
internal static class DecodeCommand
{
    public static Command Create(Shell shell)
    {
        var frame = new Argument<string>("HEX|FILE") { Description = "A frame in hexadecimal digits; or a file with one a line; or a capture that a gateway wrote." };
        var keyFile = new Option<string?>("--key-file") { Description = "File with the unit's key, 32 hexadecimal digits. Without a key only the header is told.", HelpName = "FILE" };
        var fleet = new Option<string?>("--fleet") { Description = "The gateway's fleet file, for keys and areas of all units.", HelpName = "FILE" };
        var wrappingKey = new Option<string?>("--wrapping-key") { Description = $"What unwraps the fleet's keys; else {WrappingKey.EnvironmentVariable} in the environment.", HelpName = "FILE" };
        var area = new Option<OperatingArea?>("--area")
        {
            Description = "South-west corner of the operating area. Default: the fleet's, else -12,90.",
            HelpName = "LAT,LON",
            CustomParser = ArgumentParsers.Area,
        };
        var near = new Option<uint?>("--near")
        {
            Description = $"A live counter that the unit had about then: those at most {LiveSearch.NearReach} from it are tried, and not all 2^32.",
            HelpName = "COUNTER",
        };
        var command = new Command("decode", "Explains frames, each field and bit of them.") { frame, keyFile, fleet, wrappingKey, area, near };
        command.Validators.Add(asked =>
        {
            if (asked.GetResult(keyFile) is not null && asked.GetResult(fleet) is not null)
                asked.AddError("--key-file or --fleet, not both.");
        });
        shell.Does(command, (asked, output, cancellation) =>
        {
            var keys = Keys(asked.GetValue(keyFile), asked.GetValue(fleet), asked.GetValue(wrappingKey), asked.GetValue(area));
            var search = new LiveSearch(asked.GetValue(near), unit => output.Note($"Looking for the counter of a live frame of unit {unit}, which takes some seconds; --near with a counter of about then is quicker."));
            return Explain(output, asked.GetValue(frame)!, new FrameExplainer(keys, search), cancellation);
        });
        return command;
    }

    private static FrameKeys Keys(string? keyFile, string? fleet, string? wrappingKey, OperatingArea? area)
    {
        List<ConfigurationError> errors = [];
        var keys = (keyFile, fleet) switch
        {
            ({ } file, _) => FrameKeys.Load(file, area, errors),
            (_, { } file) => new FleetOptions(Path.GetFullPath(file), wrappingKey).Load(errors) is { } registry ? FrameKeys.Of(registry, area) : null,
            _ => FrameKeys.None,
        };
        return keys ?? throw new CommandException(ExitCode.Missing, "keys-unreadable", string.Join(Environment.NewLine, errors));
    }

    private static int Explain(Output output, string hexOrFile, FrameExplainer explainer, CancellationToken cancellation)
    {
        var frames = FrameInput.Read(hexOrFile, out var bad, out var problem) ?? throw new CommandException(ExitCode.Missing, "no-frame", problem);
        var isGood = bad.Count == 0;
        foreach (var input in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            var explanation = explainer.Explain(input.Bytes);
            isGood &= explanation.Rejection == FrameRejection.None;
            output.Result(FrameReport.Json(input, explanation), page => FrameReport.Text(page, input, explanation));
        }

        foreach (var line in bad)
            output.Result(FrameReport.BadLine(line), page => page.Line(new Cell(line, Tone.Bad)));
        return isGood ? ExitCode.Ok : ExitCode.NotGood;
    }
}
