using System.CommandLine;
using System.Globalization;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary><c>gateway replay --config F FILE... [--speed N|max]</c>.</summary>
internal static class ReplayCommand
{
    private const string Max = "max";

    /// <summary>The command.</summary>
    /// <param name="config">The option that names the configuration.</param>
    /// <param name="run">Runs the gateway with a replay in the place of its ingests.</param>
    public static Command Make(Option<string> config, Func<string, ReplayOptions, Task<ExitCode>> run)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Capture files, in their order; see docs/ingest.md.",
            Arity = ArgumentArity.OneOrMore,
        };
        var speed = new Option<string>("--speed")
        {
            Description = "How many times faster than it came, or max: as fast as the gateway takes it.",
            HelpName = "N|max",
            DefaultValueFactory = _ => "1",
        };
        speed.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            if (text != Max && !TryReadSpeed(text, out _))
                result.AddError($"--speed {text}: a number from 0.001 to 1000000, or max");
        });
        var command = new Command("replay", "Runs the gateway on what captures hold instead of its ingests, with the times of reception of then.");
        command.Arguments.Add(files);
        command.Options.Add(config);
        command.Options.Add(speed);
        command.SetAction(async (parsed, _) => (int)await run(
            parsed.GetRequiredValue(config), new ReplayOptions(parsed.GetRequiredValue(files), SpeedOf(parsed.GetRequiredValue(speed)))));
        return command;
    }

    private static double? SpeedOf(string text) => TryReadSpeed(text, out var times) ? times : null;

    private static bool TryReadSpeed(string? text, out double times) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out times) && times is >= 0.001 and <= 1_000_000;
}
