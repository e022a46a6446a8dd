using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Tests.Health;

public sealed class ProgressWatchTests
{
    [Fact]
    public async Task StalledFor_FramesWaitAndNoneIsTaken_GrowsUntilOneIs()
    {
        var time = new SteppedTime();
        var buffer = new DatagramBuffer(8);
        using var metrics = new GatewayMetrics();
        using var watch = new ProgressWatch(buffer, metrics, time);
        await watch.StartAsync(CancellationToken.None);
        time.Step(100);
        Assert.Equal(TimeSpan.Zero, watch.StalledFor);

        var reception = new Reception();
        Assert.True(buffer.TryAdd([1], in reception));
        time.Step(70);
        Assert.InRange(watch.StalledFor.TotalSeconds, 70, 71);
        Assert.True(watch.StalledFor > ProgressWatch.StalledAfter);

        // Others wait still, but the stage moves.
        Assert.True(buffer.TryAdd([2], in reception));
        Assert.True(buffer.TryTake(out _));
        Assert.Equal(TimeSpan.Zero, watch.StalledFor);
        time.Step(10);
        Assert.InRange(watch.StalledFor.TotalSeconds, 9, 10);
        Assert.True(buffer.TryTake(out _));
        Assert.Equal(TimeSpan.Zero, watch.StalledFor);
        await watch.StopAsync(CancellationToken.None);
    }

    // After an hour of nothing the first frame must not look as if it had waited an hour.
    [Fact]
    public async Task StalledFor_FirstFrameAfterALongIdleTime_IsNothing()
    {
        var time = new SteppedTime();
        var buffer = new DatagramBuffer(8);
        using var metrics = new GatewayMetrics();
        using var watch = new ProgressWatch(buffer, metrics, time);
        await watch.StartAsync(CancellationToken.None);
        time.Step(3600);
        var reception = new Reception();
        Assert.True(buffer.TryAdd([1], in reception));
        Assert.InRange(watch.StalledFor.TotalSeconds, 0, 1);
    }

    // Its timer ticks once a second of the time that is stepped.
    private sealed class SteppedTime : TimeProvider
    {
        private long _seconds;
        private Action? _tick;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _tick = () => callback(state);
            return new NoTimer();
        }

        public void Step(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                _seconds++;
                _tick?.Invoke();
            }
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
