using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>
/// Exchanges with the other gateways what is not frames, once in <see cref="Period"/>. A database that is away costs nothing but that: each goes
/// on with what it knows.
/// </summary>
internal sealed class ClusterExchange(HeardExchange heard, CommandExchange commands, StageGuard guard, ClusterMetrics metrics, TimeProvider time)
    : IHostedService, IDisposable
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = guard.Run(nameof(ClusterExchange), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        var delay = new ReconnectDelay();
        while (!_stopping.IsCancellationRequested)
        {
            var pause = Period;
            try
            {
                await heard.ExchangeAsync(_stopping.Token);
                await commands.ExchangeAsync(_stopping.Token);
                delay.Reset();
            }
            catch (ClusterException)
            {
                // The leases tell that the database fails.
                metrics.Failures.Add();
                pause = delay.Next();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
