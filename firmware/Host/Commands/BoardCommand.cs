using System.CommandLine;
using System.Net;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Host.Runs;

namespace BoatTelemetry.Host.Commands;

/// <summary>The command <c>unit</c>: the whole boat unit on a simulated board.</summary>
internal sealed class BoardCommand
{
    private const string TBeam = "t-beam";
    private const string CarrierS3 = "carrier-s3";

    private readonly Option<string> _board = new("--board")
    {
        Description = "Which reference board.",
        HelpName = $"{TBeam}|{CarrierS3}",
        DefaultValueFactory = _ => TBeam,
    };

    private readonly Option<int?> _unit = new("--unit")
    {
        Description = "The number to give the unit, 0 to 16383. Default: what its flash has.",
        HelpName = "ID",
        CustomParser = argument => ArgumentParsers.Unit(argument),
    };

    private readonly Option<IPEndPoint?> _gateway = new("--gateway")
    {
        Description = "The packet-forwarder port of the gateway, to which a simulated concentrator forwards.",
        HelpName = "HOST:PORT",
        CustomParser = ArgumentParsers.Gateway,
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 1700),
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "Folder that stands for the unit's flash. Default: blank flash, gone at the end.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "File with a key of 32 hexadecimal digits, for a unit that has none yet; needs --state. One that no other run has used.",
        HelpName = "FILE",
    };

    private readonly Option<double> _speed = new("--speed")
    {
        Description = "Times as fast as the world, or max. Wi-Fi and what comes from the gateway keep real time.",
        HelpName = "N|max",
        CustomParser = ArgumentParsers.Speed,
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<long?> _duration = new("--duration")
    {
        Description = "Seconds of the boat's time. Default: until stopped.",
        HelpName = "S",
        CustomParser = argument => ArgumentParsers.WholeSeconds(argument),
    };

    private readonly Option<int> _seed = new("--seed") { Description = "Which of all voyages.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly Option<bool> _coldStart = new("--cold-start") { Description = "The receiver starts without a sky: half a minute without a position." };

    private readonly Option<bool> _console = new("--console") { Description = "The bench console on a pseudo-terminal; its path is printed." };

    private readonly Option<string?> _consoleLink = new("--console-link")
    {
        Description = "The same, with a symbolic link to it.",
        HelpName = "PATH",
    };

    /// <summary>Makes it; <paramref name="run"/> runs it and gives the exit code.</summary>
    public Command Create(Func<Func<CancellationToken, RunSummary>, int> run)
    {
        var command = Create("unit");
        command.SetAction(asked => run(cancellation => BoardRun.Run(Of(asked), cancellation)));
        return command;
    }

    /// <summary>Makes it under another name and without an action, for another program's command line.</summary>
    public Command Create(string name)
    {
        _board.AcceptOnlyFromAmong(TBeam, CarrierS3);
        var command = new Command(name, "Runs the whole boat unit on a simulated board, in the present and off the Riau Islands.")
        {
            _board, _unit, _gateway, _state, _keyFile, _speed, _duration, _seed, _coldStart, _console, _consoleLink,
        };
        command.Validators.Add(asked =>
        {
            // Blank flash knows no counters, so a key's nonces would come again with each run.
            if (asked.GetValue(_keyFile) is not null && asked.GetValue(_state) is null)
                asked.AddError("--key-file needs --state: a key's counters must be kept. On blank flash, set a new key over the console.");
        });
        return command;
    }

    /// <summary>What was asked for.</summary>
    public BoardRunSettings Of(ParseResult asked) => new()
    {
        Board = asked.GetValue(_board) == CarrierS3 ? new CarrierS3Board() : new TBeamBoard(),
        Unit = asked.GetValue(_unit),
        Gateway = asked.GetValue(_gateway)!,
        StateDirectory = asked.GetValue(_state),
        KeyFile = asked.GetValue(_keyFile),
        Speed = asked.GetValue(_speed),
        DurationS = asked.GetValue(_duration) ?? long.MaxValue,
        Seed = asked.GetValue(_seed),
        ColdStart = asked.GetValue(_coldStart),
        HasConsole = asked.GetValue(_console) || asked.GetValue(_consoleLink) is not null,
        ConsoleLink = asked.GetValue(_consoleLink),
    };
}
