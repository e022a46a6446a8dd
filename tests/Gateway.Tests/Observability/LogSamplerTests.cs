using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed class LogSamplerTests
{
    [Fact]
    public void TryTake_AFlood_LetsOneInAPeriodThroughAndCountsTheOthers()
    {
        var time = new ManualTime();
        var sampler = new LogSampler<FrameRejection>(time);

        Assert.True(sampler.TryTake(FrameRejection.TagMismatch, out _));
        for (var i = 0; i < 1000; i++)
            Assert.False(sampler.TryTake(FrameRejection.TagMismatch, out _));
        Assert.True(sampler.TryTake(FrameRejection.Older, out _));
        time.Advance(TimeSpan.FromSeconds(LogSampler<FrameRejection>.PeriodS));
        Assert.True(sampler.TryTake(FrameRejection.TagMismatch, out var suppressed));
        Assert.Equal(1000, suppressed);
    }
}
