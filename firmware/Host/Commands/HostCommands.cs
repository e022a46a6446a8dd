using System.CommandLine;
using System.Runtime.InteropServices;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Host.Runs;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Commands;

/// <summary>The command line of the unit on the PC.</summary>
public static class HostCommands
{
    // Before the first receiver of this kind existed: the replay of an old log must not fail on its date.
    private static readonly int _replayEarliestDay = UtcTime.DayNumber(1980, 1, 1);

    /// <summary>All commands.</summary>
    public static RootCommand Create() => new("The boat unit's own code on the PC, with simulated hardware around it.")
    {
        Replay(),
        Simulate(),
        new BoardCommand().Create(run => Run("unit", run)),
    };

    private static Command Replay()
    {
        var log = new Option<string>("--log") { Description = "Recorded NMEA log in place of the receiver.", HelpName = "FILE", Required = true };
        var speed = Speed("Times as fast as recorded, or max: as fast as the gateway acknowledges.");
        var earliest = new Option<int?>("--earliest-date")
        {
            Description = "Fixes dated earlier are refused. Default: 1980-01-01.",
            HelpName = "YYYY-MM-DD",
            CustomParser = argument => ArgumentParsers.DayNumber(argument),
        };
        var unit = new UnitOptions();
        var command = new Command("replay", "Plays a recorded log in place of the receiver; the sentences' own times set the pace.")
        {
            log,
            speed,
            earliest,
        };
        unit.AddTo(command);
        command.SetAction(asked => Run("replay", cancellation => LogReplay.Run(
            unit.Of(asked), asked.GetValue(log)!, asked.GetValue(speed), asked.GetValue(earliest) ?? _replayEarliestDay, cancellation)));
        return command;
    }

    private static Command Simulate()
    {
        var seed = new Option<int>("--seed") { Description = "Which of all voyages.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var duration = new Option<long?>("--duration")
        {
            Description = "Seconds of the boat's time. Default: until stopped.",
            HelpName = "S",
            CustomParser = argument => ArgumentParsers.WholeSeconds(argument),
        };
        var speed = Speed("Times as fast as the world, or max.");
        var coldStart = new Option<bool>("--cold-start") { Description = "The receiver starts without a sky: half a minute of void sentences." };
        var dropouts = new Option<double>("--dropout-chance")
        {
            Description = "Each second's chance of losing the sky for a while.",
            HelpName = "P",
            CustomParser = ArgumentParsers.Chance,
            DefaultValueFactory = _ => 0,
        };
        var unit = new UnitOptions();
        var command = new Command("simulate", "Sails a patrol boat through the Riau Islands, in the present.")
        {
            seed,
            duration,
            speed,
            coldStart,
            dropouts,
        };
        unit.AddTo(command);
        command.SetAction(asked => Run("simulate", cancellation => PatrolRun.Run(
            unit.Of(asked),
            new PatrolSettings(
                asked.GetValue(seed),
                asked.GetValue(duration) ?? long.MaxValue,
                asked.GetValue(speed),
                asked.GetValue(coldStart),
                asked.GetValue(dropouts)),
            cancellation)));
        return command;
    }

    private static Option<double> Speed(string description) => new("--speed")
    {
        Description = description,
        HelpName = "N|max",
        CustomParser = ArgumentParsers.Speed,
        DefaultValueFactory = _ => 1,
    };

    // Ctrl-C and a service manager's SIGTERM end the run, not the process: the summary is still told.
    private static int Run(string name, Func<CancellationToken, RunSummary> run)
    {
        using var cancellation = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            cancellation.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var summary = run(cancellation.Token);
            Console.Error.Write(summary.Text);
            if (summary.Failure is null)
                return ExitCode.Ok;

            Console.Error.WriteLine($"{name} failed: {summary.Failure}");
        }
        catch (HostException e)
        {
            Console.Error.WriteLine($"{name} failed: {e.Message}");
        }

        return ExitCode.Failed;
    }
}
