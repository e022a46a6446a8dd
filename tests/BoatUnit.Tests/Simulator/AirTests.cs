using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Sea;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Simulator;

public sealed class AirTests
{
    // The table of air times that the frame sizes were chosen by (FRAME requirements), ms to one decimal.
    [Theory]
    [InlineData(7, 19, 51.5)]
    [InlineData(8, 19, 102.9)]
    [InlineData(9, 19, 185.3)]
    [InlineData(10, 19, 329.7)]
    [InlineData(10, 20, 370.7)]
    [InlineData(7, 25, 61.7)]
    [InlineData(10, 25, 411.6)]
    public void AirtimeUs_KnownSizes_AgreesWithTheTable(int spreadingFactor, int bytes, double expectedMs) =>
        Assert.Equal(expectedMs, new LoRaModulation(spreadingFactor).AirtimeUs(bytes) / 1000.0, 0.1);

    [Fact]
    public void LevelFrom_FartherAway_IsWeaker()
    {
        var air = new SeaPropagation(ShoreStation.Nongsa, 1);
        double MeanAt(double distanceM) => Enumerable.Range(0, 500)
            .Average(_ => air.LevelFrom(ShoreStation.Nongsa.Position.Moved(distanceM, 0)).SignalDbm);

        Assert.InRange(MeanAt(1000) - MeanAt(10_000), 19, 25);
        Assert.InRange(MeanAt(10_000) - MeanAt(40_000), 20, 25);
    }

    [Fact]
    public void LossDb_OneKilometre_IsFreeSpace() =>
        Assert.Equal(91.7, new SeaPropagation(ShoreStation.Nongsa, 1).LossDb(ShoreStation.Nongsa.Position.Moved(1000, 0)), 0.1);

    [Fact]
    public void LevelFrom_Weak_ChannelIsNoiseAndSnrIsNegative()
    {
        var level = new SeaPropagation(ShoreStation.Nongsa, 1).LevelFrom(ShoreStation.Nongsa.Position.Moved(150_000, 0));

        Assert.InRange(level.ChannelDbm, -118, -114);
        Assert.InRange(level.SnrDb, -40, -10);
        Assert.True(level.SignalDbm < level.ChannelDbm);
    }
}
