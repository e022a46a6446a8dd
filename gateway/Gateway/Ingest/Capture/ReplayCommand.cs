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
        var speed = new Option<double?>("--speed")
        {
            Description = "How many times faster than it came, or max: as fast as the gateway takes it.",
            HelpName = "N|max",
            DefaultValueFactory = _ => 1,
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (text == Max)
                    return null;
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var times) && times is >= 0.001 and <= 1_000_000)
                    return times;
                result.AddError($"--speed {text}: a number from 0.001 to 1000000, or max");
                return null;
            },
        };
        var command = new Command("replay", "Runs the gateway on what captures hold instead of its ingests, with the times of reception of then.");
        command.Arguments.Add(files);
        command.Options.Add(config);
        command.Options.Add(speed);
        command.SetAction(async (parsed, _) => (int)await run(
            parsed.GetRequiredValue(config), new ReplayOptions(parsed.GetRequiredValue(files), parsed.GetValue(speed))));
        return command;
    }
}
