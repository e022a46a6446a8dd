using System.Diagnostics;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>Starts a unit anew and waits until it answers as one that has started.</summary>
/// <param name="open">Opens the unit's console; more than once, since a unit that starts anew may take its port along.</param>
/// <param name="limit">How long a start may take.</param>
internal sealed class UnitRestart(Func<BenchClient> open, TimeSpan limit)
{
    // A boot loader, the runtime and the first setup take some seconds.
    private static readonly TimeSpan _least = TimeSpan.FromSeconds(30);

    private const int RetryPauseMs = 200;

    /// <summary>How long a start may take, given how long an answer may.</summary>
    public static TimeSpan Limit(double timeoutS) => TimeSpan.FromSeconds(Math.Max(_least.TotalSeconds, timeoutS));

    /// <summary>Asks for it; what "info" told before, to know the next life by.</summary>
    /// <exception cref="BenchException">It did not reach the unit.</exception>
    public static JsonObject Ask(BenchClient bench)
    {
        var before = bench.Ask("info");
        var asked = bench.Send("reboot");

        // The port may go with the reply.
        if (asked.Outcome is not (BenchOutcome.Done or BenchOutcome.Gone))
            asked.Done();
        return before;
    }

    /// <summary>What "info" tells after the start.</summary>
    /// <exception cref="CommandException">Half done: it does not answer.</exception>
    public JsonObject Wait(JsonObject before, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(before);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var problem = TryInfo(out var info);
            if (info is not null && IsAnotherLife(before, info))
                return info;
            if (waited.Elapsed > limit)
            {
                throw new CommandException(
                    ExitCode.HalfDone, "no-start", $"The unit was told to start anew and was not seen to within {limit.TotalSeconds:0} s: {problem ?? "it answers, and goes on as before."} Look with \"boatctl info\"; if it stays silent, switch it off and on.");
            }

            cancellation.ThrowIfCancellationRequested();
            Thread.Sleep(RetryPauseMs);
        }
    }

    private string? TryInfo(out JsonObject? info)
    {
        info = null;
        try
        {
            using var bench = open();
            var reply = bench.Send("info");
            info = reply.Outcome == BenchOutcome.Done ? reply.Fields : null;
            return info is null ? reply.Reason : null;
        }
        catch (BenchException e)
        {
            return e.Message;
        }
    }

    // The number of starts stays 1 where the flash takes no record.
    private static bool IsAnotherLife(JsonObject before, JsonObject info) =>
        (long?)info["starts"] != (long?)before["starts"] || (long?)info["uptimeMs"] < (long?)before["uptimeMs"];
}
