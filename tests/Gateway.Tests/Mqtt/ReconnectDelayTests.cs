using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

public sealed class ReconnectDelayTests(ITestOutputHelper output)
{
    [Fact]
    public void Next_AfterEachFailure_DoublesUpToItsLimitAndVaries()
    {
        var delay = new ReconnectDelay(Seed.New(output));
        var ceilingMs = ReconnectDelay.MinMs;
        List<double> atTheLimit = [];
        for (var i = 0; i < 40; i++)
        {
            var nextMs = delay.Next().TotalMilliseconds;
            Assert.InRange(nextMs, ceilingMs / 2, ceilingMs);
            if (ceilingMs == ReconnectDelay.MaxMs)
                atTheLimit.Add(nextMs);
            ceilingMs = Math.Min(ReconnectDelay.MaxMs, ceilingMs * 2);
        }

        Assert.True(atTheLimit.Distinct().Count() > 1);
        delay.Reset();
        Assert.InRange(delay.Next().TotalMilliseconds, ReconnectDelay.MinMs / 2, ReconnectDelay.MinMs);
    }
}
