using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>Which unit, and how long it may take to answer: the options of every command that talks to one.</summary>
internal sealed class UnitOptions(PortCatalog ports)
{
    private const double TimeoutSMax = 600;

    /// <summary>The port, or null for the only one there is.</summary>
    public Option<string?> Port { get; } = new("--port")
    {
        Description = "The serial port, or the pseudo-terminal of a simulated unit. Default: the only port there is.",
        HelpName = "PORT",
    };

    /// <summary>Seconds for each reply.</summary>
    public Option<double> TimeoutS { get; } = new("--timeout")
    {
        Description = "How long an answer may take.",
        HelpName = "S",
        CustomParser = Seconds,
        DefaultValueFactory = _ => 5,
    };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Port);
        command.Options.Add(TimeoutS);
    }

    /// <summary>Opens the console that was asked for.</summary>
    /// <exception cref="BenchException">There is no such port, or it cannot be opened.</exception>
    public BenchClient Open(ParseResult asked)
    {
        var port = PortOf(asked);
        return new BenchClient(SerialLine.Open(port), port, TimeSpan.FromSeconds(asked.GetValue(TimeoutS)));
    }

    /// <summary>The port that was asked for, or the only one.</summary>
    /// <exception cref="BenchException">There is none, or there are more.</exception>
    public string PortOf(ParseResult asked) => asked.GetValue(Port) ?? ports.Only().Path;

    private static double Seconds(ArgumentResult argument)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : string.Empty;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= TimeoutSMax)
            return seconds;

        argument.AddError($"--timeout {text}: seconds, above 0 and at most {TimeoutSMax}.");
        return 0;
    }
}
