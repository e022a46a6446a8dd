using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>
/// Runs the loops of the stages. One that ends by an exception nobody foresaw stops the gateway: half a gateway that
/// looks alive would be worse than one that its supervisor starts again.
/// </summary>
public sealed partial class StageGuard(IHostApplicationLifetime lifetime, ILogger<StageGuard> log)
{
    private readonly Lock _lock = new();

    // How many loops of a stage run: some run one for each connection beside their own. Bounded by the stages there are.
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);
    private volatile bool _hasFailed;

    /// <summary>Whether a stage has failed.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Runs a loop; the task completes with it, and never with an exception.</summary>
    /// <param name="stage">The stage's name; of one stage several may run.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="mayEnd">Whether it comes to an end before the gateway does, and nothing is amiss then.</param>
    public Task Run(string stage, Func<Task> loop, bool mayEnd = false) => Task.Run(async () =>
    {
        if (!mayEnd)
            Count(stage, 1);
        try
        {
            await loop();
        }
#pragma warning disable CA1031 // This is the place where the unforeseen ends.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StageFailed(log, stage, e);
            _hasFailed = true;
            lifetime.StopApplication();
        }
        finally
        {
            if (!mayEnd)
                Count(stage, -1);
        }
    });

    /// <summary>The stages that were started, and whether a loop of each still runs.</summary>
    public IReadOnlyList<(string Stage, bool IsRunning)> Stages()
    {
        lock (_lock)
            return [.. _running.Select(stage => (stage.Key, stage.Value > 0))];
    }

    private void Count(string stage, int change)
    {
        lock (_lock)
            _running[stage] = _running.GetValueOrDefault(stage) + change;
    }

    private static partial class Log
    {
        [LoggerMessage(501, LogLevel.Critical, "{Stage} failed; the gateway stops")]
        public static partial void StageFailed(ILogger log, string stage, Exception exception);
    }
}
