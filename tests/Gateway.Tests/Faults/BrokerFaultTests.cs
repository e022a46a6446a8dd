using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>A broker that dies, or hangs.</summary>
public sealed class BrokerFaultTests(ITestOutputHelper output)
{
    private const int AliveMaxMs = 2_000;

    /// <summary>Without persistence: what the broker had acknowledged and not handed on dies with it, and the gateway tells it again.</summary>
    [Fact]
    public async Task Broker_KilledAtRandomInstants_LosesNoAcknowledgedFrame()
    {
        var random = Seed.New(output);
        var times = FaultRun.Times(4);
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(500)), random);
        await run.RepeatAsync("broker killed", times, async () =>
        {
            await Task.Delay(random.Next(AliveMaxMs));
            await run.Broker.KillAsync();
            await run.Broker.RestartAsync();
        });
    }

    [Fact]
    public async Task Broker_ThatAcceptsAndNeverAnswers_LosesNoAcknowledgedFrame()
    {
        var random = Seed.New(output);
        var times = Math.Min(FaultRun.Times(1), 20);
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(300)), random);
        await run.RepeatAsync("broker silent", times, async () =>
        {
            // Suspended, its sockets go on accepting: the kernel's doing.
            run.Broker.Suspend();
            await Task.Delay(random.Next(3_000, 8_000));
            run.Broker.Resume();
            await Task.Delay(random.Next(AliveMaxMs));
        });
    }
}
