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
    private readonly List<(string Stage, Task Loop)> _stages = [];
    private volatile bool _hasFailed;

    /// <summary>Whether a stage has failed.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Runs a loop; the task completes with it, and never with an exception.</summary>
    public Task Run(string stage, Func<Task> loop)
    {
        var task = RunAsync(stage, loop);
        lock (_lock)
            _stages.Add((stage, task));
        return task;
    }

    /// <summary>The stages that were started, and whether each still runs.</summary>
    public IReadOnlyList<(string Stage, bool IsRunning)> Stages()
    {
        lock (_lock)
            return [.. _stages.Select(stage => (stage.Stage, !stage.Loop.IsCompleted))];
    }

    private Task RunAsync(string stage, Func<Task> loop) => Task.Run(async () =>
    {
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
    });

    private static partial class Log
    {
        [LoggerMessage(501, LogLevel.Critical, "{Stage} failed; the gateway stops")]
        public static partial void StageFailed(ILogger log, string stage, Exception exception);
    }
}
