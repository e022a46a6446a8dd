using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>kill -9 of the gateway at random instants.</summary>
public sealed class GatewayKillTests(ITestOutputHelper output)
{
    private const int AliveMaxMs = 1_500;

    [Fact]
    public async Task Gateway_KilledAtRandomInstants_LosesNoAcknowledgedEvent()
    {
        var random = Seed.New(output);
        var times = FaultRun.Times(5);
        var rate = FaultRun.Rate(500);
        await using var run = await FaultRun.StartAsync(output, new LoadOptions { Boats = rate * 3 / 5, EventsPerS = rate / 10 }, random);
        for (var i = 0; i < times; i++)
        {
            // The instant is the fault's own: anywhere between the ready line and well into the work.
            await Task.Delay(random.Next(AliveMaxMs));
            await run.Gateway.KillAsync();
            await run.Gateway.StartAsync();
        }

        await run.SettleAsync("gateway killed", times);
    }
}
