using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>A broker that dies, or hangs.</summary>
public sealed class BrokerFaultTests(ITestOutputHelper output)
{
    private const int AliveMaxMs = 2_000;

    /// <summary>Without persistence: what the broker had acknowledged and not handed on dies with it, and the gateway tells it again.</summary>
    [Fact]
    public async Task Broker_KilledAtRandomInstants_LosesNoAcknowledgedEvent()
    {
        var random = Seed.New(output);
        var times = FaultRun.Times(4);
        var rate = FaultRun.Rate(500);
        await using var run = await FaultRun.StartAsync(output, new LoadOptions { Boats = rate * 3 / 5, EventsPerS = rate / 10 }, random);
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(random.Next(AliveMaxMs));
            await run.Broker.KillAsync();
            await run.Broker.RestartAsync();
        }

        await run.SettleAsync("broker killed", times);
    }

    [Fact]
    public async Task Broker_ThatAcceptsAndNeverAnswers_LosesNoAcknowledgedEvent()
    {
        var random = Seed.New(output);
        var times = Math.Min(FaultRun.Times(1), 20);
        var rate = FaultRun.Rate(300);
        await using var run = await FaultRun.StartAsync(output, new LoadOptions { Boats = rate * 3 / 5, EventsPerS = rate / 10 }, random);
        for (var i = 0; i < times; i++)
        {
            // Suspended, its sockets go on accepting: the kernel's doing.
            await run.Broker.SuspendAsync();
            await Task.Delay(random.Next(3_000, 8_000));
            await run.Broker.ResumeAsync();
            await Task.Delay(random.Next(AliveMaxMs));
        }

        await run.SettleAsync("broker silent", times);
    }
}
