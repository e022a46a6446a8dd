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

    [Theory]
    [InlineData(true, "", "pass")]
    [InlineData(true, "not in use", "not fitted")]
    [InlineData(true, "not-joined", "unknown")]
    [InlineData(true, "refused", "unknown")] // It has begun anew since.
    [InlineData(false, "not-joined", "unknown")]
    [InlineData(false, "not-reached", "unknown")]
    [InlineData(false, "starting", "unknown")]
    [InlineData(false, "no-key", "unknown")]
    [InlineData(false, "refused", "fail")]
    [InlineData(false, "subscribe-refused", "fail")]
    [InlineData(false, "no-certificate", "fail")]
    [InlineData(false, "client-failed", "fail")]
    [InlineData(false, "safe-mode", "fail")]
    public void Link_WifiStep_FailsOnlyForWhatAsksForAHand(bool isPassed, string detail, string result)
    {
        var part = SelfTest.Link(new SelfTest.Step("wifi", isPassed, detail), null);

        Assert.Equal(("Wi-Fi", result), (part.Part, part.Word));
        Assert.Equal(detail is "not-joined" or "not-reached", part.Advice.Contains("Away from the harbour", StringComparison.Ordinal));
        Assert.Equal(result is "pass" or "not fitted", part.Advice.Length == 0);
    }
}
