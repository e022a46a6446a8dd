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
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(500)), random);
        await run.RepeatAsync("gateway killed", times, async () =>
        {
            // The instant is the fault's own: anywhere between the ready line and well into the work.
            await Task.Delay(random.Next(AliveMaxMs));
            await run.Gateway.KillAsync();
            await run.Gateway.StartAsync();
        });
    }
}
