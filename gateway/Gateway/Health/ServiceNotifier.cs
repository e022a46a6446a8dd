using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace BoatTelemetry.Gateway.Health;

/// <summary>
/// Tells the service manager that started this process (sd_notify(3), sd_watchdog_enabled(3)): ready when every stage has started, alive
/// as long as the checks of <c>/healthz</c> pass, stopping when it stops. Without NOTIFY_SOCKET in the environment it tells nobody.
/// </summary>
public sealed class ServiceNotifier(HealthCheckService checks, IHostApplicationLifetime lifetime, TimeProvider time) : IHostedService, IDisposable
{
    private readonly SystemdNotifier _notifier = new();
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenRegistration _ready;
    private CancellationTokenRegistration _stopping;
    private Task _watchdog = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_notifier.IsEnabled)
            return Task.CompletedTask;
        _ready = lifetime.ApplicationStarted.Register(() => _ = NotifyAsync(ServiceState.Ready));
        _stopping = lifetime.ApplicationStopping.Register(() => _ = NotifyAsync(ServiceState.Stopping));
        if (WatchdogInterval(Environment.GetEnvironmentVariable, Environment.ProcessId) is { } interval)
            _watchdog = TellAliveAsync(interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>The first stage to start is the last to stop: a stop that hangs is ended by the watchdog, too.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watchdog;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ready.Dispose();
        _stopping.Dispose();
        _stop.Dispose();
    }

    /// <summary>Half the time after which the manager ends a silent service, as its manual advises; null if it watches none, or another.</summary>
    internal static TimeSpan? WatchdogInterval(Func<string, string?> environment, int processId)
    {
        if (!long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var us) || us == 0)
            return null;
        var isOurs = environment("WATCHDOG_PID") is not { Length: > 0 } watched
            || watched == processId.ToString(CultureInfo.InvariantCulture);
        return isOurs ? TimeSpan.FromMicroseconds(us / 2) : null;
    }

    // A manager that does not read lets its socket fill up, and then the call waits: not in the way of a start or a stop.
    private Task NotifyAsync(ServiceState state) => Task.Run(() => _notifier.Notify(state));

    private async Task TellAliveAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                var report = await checks.CheckHealthAsync(check => check.Tags.Contains(HealthChecks.Live), _stop.Token);
                if (report.Status == HealthStatus.Healthy)
                    await NotifyAsync(new ServiceState("WATCHDOG=1")).WaitAsync(_stop.Token);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
