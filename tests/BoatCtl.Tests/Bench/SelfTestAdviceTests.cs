using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.Core.Sensors;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Bench;

public sealed class SelfTestAdviceTests
{
    [Fact]
    public void IfFailed_EveryPartThatCanFail_HasWordsOfItsOwn()
    {
        var parts = UnitParts.Sensors.Where(part => part.Faults != SensorFaults.None).Select(part => part.Name);

        Assert.Equal([], parts.Concat(["configuration", "firmware vectors", "receiver", "radio", "modem", "flash"]).Except(SelfTestAdvice.Parts));
    }

    [Fact]
    public void Parts_TogetherWithEachOther_HaveEveryFaultOnce()
    {
        var all = Enum.GetValues<SensorFaults>().Aggregate((a, b) => a | b);
        var told = UnitParts.Sensors.Aggregate(SensorFaults.None, (faults, part) =>
        {
            Assert.Equal(SensorFaults.None, faults & part.Faults);
            return faults | part.Faults;
        });

        Assert.Equal(all, told);
    }

    [Fact]
    public void FaultsOfAView_BelowTheirBit_AreThoseOfTheirPart()
    {
        var view = JsonNode.Parse("{\"event\":\"sensors\",\"supplyMv\":12640,\"faults\":8193,\"temperatureC\":null}")!.AsObject();

        Assert.Equal(SensorFaults.Supply | SensorFaults.SosButton, SensorFields.Faults(view));
        Assert.Equal([("supplyMv", "12.640 V"), ("faults", "Supply, SosButton"), ("temperatureC", null)], SensorFields.Of(view));
    }
}
