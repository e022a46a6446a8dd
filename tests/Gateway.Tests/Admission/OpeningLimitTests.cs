using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class OpeningLimitTests
{
    private static readonly IngestSource _flooded = new("flooded");
    private static readonly IngestSource _other = new("other");

    [Fact]
    public async Task Forgeries_InAFlood_AreOpenedAtATenthOfTheRateAndOthersGoOn()
    {
        using var boat = new TestBoat(17);
        using var forger = new TestBoat(17, keySeed: 99);
        await using var bench = new AdmissionBench(TestBoat.Fleet(boat), new AdmissionOptions { FramesPerSecondMax = 100 });
        await bench.StartAsync();
        var forgery = forger.Event(1);
        for (var i = 0; i < 10_000; i++)
            bench.Admit(forgery, source: _flooded, monotonicMs: i);

        // Ten seconds: a burst of 400 tokens and 100 a second, ten for each forgery.
        Assert.InRange(bench.Stages.Metrics.FrameRejections[FrameRejection.TagMismatch], 138, 142);
        Assert.Equal(AdmissionOutcome.RateLimited, bench.Admit(boat.Event(0), source: _flooded, monotonicMs: 10_000));
        Assert.Equal(AdmissionOutcome.Admitted, bench.Admit(boat.Event(0), source: _other, monotonicMs: 10_000));
        Assert.Equal(AdmissionOutcome.FurtherReception, bench.Admit(boat.Event(0), source: _flooded, monotonicMs: 10_001));
        Assert.Equal(AdmissionOutcome.Admitted, bench.Admit(boat.Event(1), source: _flooded, monotonicMs: 15_000));
    }

    [Fact]
    public async Task GenuineBacklog_ByWifi_IsTakenAtTheFullRate()
    {
        using var boat = new TestBoat(17);
        await using var bench = new AdmissionBench(TestBoat.Fleet(boat));
        await bench.StartAsync();
        for (uint counter = 0; counter < 3_000; counter++)
            Assert.Equal(AdmissionOutcome.Admitted, bench.Admit(boat.Event(counter), source: _flooded, monotonicMs: counter * 3));

        Assert.Equal(3_000, (await bench.ReadAsync()).Count);
    }

    [Fact]
    public void Bucket_LeftAlone_HoldsABurstAndNoMore()
    {
        var limit = new OpeningLimit(100);
        foreach (var startMs in new[] { 0L, 3_600_000L })
        {
            var taken = 0;
            while (limit.TryTake(17, new Reception { Source = _flooded, ReceivedMonotonicMs = startMs }, out _))
                taken++;
            Assert.Equal(100 * OpeningLimit.BurstS, taken);
        }
    }
}
