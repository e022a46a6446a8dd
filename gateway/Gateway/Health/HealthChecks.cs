using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Health;

/// <summary>The checks and what each is asked for.</summary>
internal static class HealthChecks
{
    /// <summary>A process of which one of these fails is to be started again.</summary>
    public const string Live = "live";

    /// <summary>With these, frames that come in reach the broker.</summary>
    public const string Ready = "ready";

    public static void AddGatewayHealth(this IServiceCollection services)
    {
        services.AddSingleton<JournalHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<StagesHealthCheck>("stages", tags: [Live, Ready])
            .AddCheck<JournalHealthCheck>("journal", tags: [Ready])
            .AddCheck<IngestHealthCheck>("ingest", tags: [Ready])
            .AddCheck<BrokerHealthCheck>("broker", tags: [Ready]);
    }
}

/// <summary>Every stage that was started still runs, and the admission gets on.</summary>
internal sealed class StagesHealthCheck(StageGuard guard, ProgressWatch progress, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        var stages = guard.Stages();
        if (lifetime.ApplicationStopping.IsCancellationRequested && !guard.HasFailed)
            return HealthCheckResult.Healthy("stopping: what was taken in is published first");
        var ended = stages.Where(stage => !stage.IsRunning).Select(stage => stage.Stage).ToList();
        if (ended.Count > 0)
            return HealthCheckResult.Unhealthy($"ended: {string.Join(", ", ended)}");
        var stalled = progress.StalledFor;
        return stalled > ProgressWatch.StalledAfter
            ? HealthCheckResult.Unhealthy($"frames have waited for the admission for {stalled.TotalSeconds:F0} s")
            : HealthCheckResult.Healthy($"{stages.Count} run");
    }
}

/// <summary>The journal commits: asked to, it says so within a time.</summary>
internal sealed class JournalHealthCheck(IJournal journal) : IHealthCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task _flush = Task.CompletedTask;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Flush().WaitAsync(_patience, cancellationToken);
            return HealthCheckResult.Healthy($"committed up to {journal.CommittedId}");
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy(
                $"no commit within {_patience.TotalSeconds:F0} s; committed up to {journal.CommittedId}, later frames wait in memory");
        }
        catch (JournalException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    // One at a time: a journal that commits nothing must not gather the questions of everyone who asks.
    private Task Flush()
    {
        lock (_lock)
        {
            if (_flush.IsCompleted)
                _flush = journal.FlushAsync(CancellationToken.None);
            return _flush;
        }
    }
}

/// <summary>Every configured ingest takes frames in.</summary>
internal sealed class IngestHealthCheck(IEnumerable<IIngestState> ingests, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return Task.FromResult(HealthCheckResult.Unhealthy("stopping"));
        var states = ingests.Select(ingest => (ingest.Name, From: ingest.TakesInFrom)).ToList();
        var told = string.Join(", ", states.Select(state => $"{state.Name} {state.From ?? "takes nothing in"}"));
        var isSo = states.TrueForAll(state => state.From is not null);
        return Task.FromResult(isSo ? HealthCheckResult.Healthy(told) : HealthCheckResult.Unhealthy(told));
    }
}

/// <summary>A connection to a broker stands, or how long it has not.</summary>
internal sealed class BrokerHealthCheck(OutletState publisher, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (publisher.Connection is not { } connection)
            return HealthCheckResult.Degraded("publishes nothing at present");
        var forS = (long)(time.GetUtcNow() - connection.Since).TotalSeconds;
        if (!connection.IsConnected)
            return HealthCheckResult.Unhealthy($"not connected for {forS} s: {connection.LastFailure ?? "no try has ended yet"}");
        var preferred = connection.IsPreferred ? "" : ", which is not the preferred one";
        return HealthCheckResult.Healthy($"connected to {connection.Broker} for {forS} s{preferred}");
    }
}
