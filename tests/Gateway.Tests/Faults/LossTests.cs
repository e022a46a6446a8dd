using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>A network between concentrators, boats and gateway that loses datagrams.</summary>
public sealed class LossTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task Network_ThatLosesDatagrams_LosesNoDurableFrame(int percent)
    {
        var random = Seed.New(output);
        var seconds = FaultRun.Times(4);
        await using var run = await FaultRun.StartAsync(
            output, LoadOptions.OfRate(FaultRun.Rate(500)) with { LossPercent = percent, AgainAfterMs = 500 }, random);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await run.SettleAsync($"{percent} % of datagrams lost", seconds);
        Assert.True(run.Fleet.Lost > 0);
    }
}
