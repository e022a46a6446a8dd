using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>kill -9 of the gateway at random instants.</summary>
public sealed class GatewayKillTests(ITestOutputHelper output)
{
    private const int AliveMaxMs = 1_500;

    // What may have been published behind the last cursor that was committed: two savings of 512 (one is being committed), and what is on its
    // way in both lanes (PublishPump: twice publishesPendingMax of 256, and a quarter of that for a gap).
    private const int RepeatsMax = (2 * 512) + (2 * 256) + 64;

    [Fact]
    public async Task Gateway_KilledAtRandomInstants_LosesNoAcknowledgedFrame()
    {
        var random = Seed.New(output);
        var times = FaultRun.Times(5);
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(500)), random);
        await run.RepeatAsync("gateway killed", times, async () =>
        {
            // The instant is the fault's own: anywhere between the ready line and well into the work.
            await Task.Delay(random.Next(AliveMaxMs));
            await run.Gateway.KillAsync();
            await run.Gateway.StartAsync();
        });

        // By QoS 1 and a cursor that is kept now and then some come again, with their ids; a subscriber that leaves out those it knows gets each once.
        Assert.InRange(run.Shore.Repeats, 0, (long)times * RepeatsMax);
    }
}
