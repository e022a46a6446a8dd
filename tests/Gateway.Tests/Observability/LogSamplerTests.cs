using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Observability;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed class LogSamplerTests
{
    [Fact]
    public void TryTake_AFlood_LetsOneInAPeriodThroughAndCountsTheOthers()
    {
        var time = new StepTime();
        var sampler = new LogSampler<FrameRejection>(time);

        Assert.True(sampler.TryTake(FrameRejection.TagMismatch, out _));
        for (var i = 0; i < 1000; i++)
            Assert.False(sampler.TryTake(FrameRejection.TagMismatch, out _));
        Assert.True(sampler.TryTake(FrameRejection.Older, out _));
        time.Seconds += LogSampler<FrameRejection>.PeriodS;
        Assert.True(sampler.TryTake(FrameRejection.TagMismatch, out var suppressed));
        Assert.Equal(1000, suppressed);
    }

    private sealed class StepTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
