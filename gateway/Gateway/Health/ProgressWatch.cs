using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Health;

/// <summary>Notices an admission that hangs: frames wait for it and it takes none. A loop that ended is the guard's business.</summary>
public sealed class ProgressWatch(DatagramBuffer buffer, GatewayMetrics metrics, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>Nothing that the admission does for one frame takes this long.</summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(60);

    // At each look the queue must have been found full of the same frames: a look now and then proves nothing.
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _taken;
    private long _lastProgress = time.GetTimestamp();

    /// <summary>For how long frames have waited and none was taken; zero if all is well.</summary>
    public TimeSpan StalledFor
    {
        get
        {
            lock (_lock)
                return buffer.Queued == 0 || buffer.Taken != _taken ? TimeSpan.Zero : time.GetElapsedTime(_lastProgress);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Gauge("ingest.waiting", "Receptions that wait for the admission.", () => buffer.Queued);
        _timer = time.CreateTimer(_ => Look(), null, _interval, _interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (buffer.Queued > 0 && buffer.Taken == _taken)
                return;
            _taken = buffer.Taken;
            _lastProgress = time.GetTimestamp();
        }
    }
}
