using System.CommandLine;
using System.Runtime.InteropServices;

namespace BoatTelemetry.Demo;

/// <summary>The demo's command line.</summary>
internal static class DemoCommand
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    private const int BoatsMax = 20;

    public static RootCommand Create()
    {
        var duration = new Option<int?>("--duration") { Description = "Stop by itself after so many seconds.", HelpName = "S" };
        duration.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var seconds) || seconds < 1))
                result.AddError($"--duration {result.Tokens[0].Value}: a whole number of seconds, at least 1.");
        });
        var log = new Option<string?>("--log") { Description = "A recorded NMEA log as the receiver, instead of simulated boats.", HelpName = "FILE" };
        var speed = new Option<string?>("--speed") { Description = "With --log: times as fast as recorded, or max. Default: 1.", HelpName = "N|max" };
        var boats = new Option<int>("--boats") { Description = "How many simulated boats.", HelpName = "N", DefaultValueFactory = _ => 2 };
        boats.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var count) || count is < 1 or > BoatsMax))
                result.AddError($"--boats {result.Tokens[0].Value}: 1 to {BoatsMax}.");
        });
        var command = new RootCommand("Broker, gateway and boat units on this machine; prints the positions that arrive on MQTT.")
        {
            duration,
            log,
            speed,
            boats,
            Cluster(),
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(speed) is { Tokens.Count: > 0 } && result.GetResult(log) is null)
                result.AddError("--speed belongs to --log.");
        });
        command.SetAction((asked, _) => UntilSignalAsync(async stop =>
        {
            var settings = new DemoSettings(asked.GetValue(duration), asked.GetValue(log), asked.GetValue(speed) ?? "1", asked.GetValue(boats));
            await using var run = new DemoRun(settings, Console.Out, Console.Error);
            await run.RunAsync(stop);
        }));
        return command;
    }

    private static Command Cluster()
    {
        var cluster = new Command("cluster", "PostgreSQL, a broker and three gateways behind different concentrators; one of them is killed.");
        var duration = new Option<int?>("--duration") { Description = "Stop by itself after so many seconds, at least 20.", HelpName = "S" };
        duration.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var seconds) || seconds < ClusterDemoRun.DurationMinS))
                result.AddError($"--duration {result.Tokens[0].Value}: a whole number of seconds, at least {ClusterDemoRun.DurationMinS}.");
        });
        cluster.Add(duration);
        cluster.SetAction((asked, _) => UntilSignalAsync(async stop =>
        {
            await using var run = new ClusterDemoRun(asked.GetValue(duration), Console.Out);
            await run.RunAsync(stop);
        }));
        return cluster;
    }

    // Whatever ends the demo, the signal's default would leave its children running.
    private static async Task<int> UntilSignalAsync(Func<CancellationToken, Task> run)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
        try
        {
            await run(stop.Token);
            return Ok;
        }
        catch (DemoException e)
        {
            await Console.Error.WriteLineAsync($"demo failed: {e.Message}");
            return Failed;
        }
    }
}

/// <summary>What was asked for.</summary>
/// <param name="DurationS">After how many seconds to stop, or null for never.</param>
/// <param name="Log">The log that stands for the receiver, or null for simulated boats.</param>
/// <param name="Speed">Of the log; the boat unit knows what it may be.</param>
/// <param name="Boats">How many simulated boats.</param>
internal sealed record DemoSettings(int? DurationS, string? Log, string Speed, int Boats);
