using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>hardware/harness against the carrier's connectors, the bill of materials, and what its wires carry.</summary>
public sealed class HarnessTests
{
    private static readonly List<Dictionary<string, string>> _cables = HardwareTable.Read("harness", "cables.csv");
    private static readonly List<Dictionary<string, string>> _wires = HardwareTable.Read("harness", "wires.csv");

    [Fact]
    public void Wires_AtTheCarrier_MeetTheNetOfTheirSignal()
    {
        var nets = CarrierCircuit.Read().Pins.ToDictionary(pin => $"{pin.Reference}-{pin.Number}", pin => pin.Net);

        Assert.All(_wires, wire => Assert.Equal(nets[wire["from"]], wire["signal"]));
    }

    [Theory]
    [InlineData("J1")]
    [InlineData("J4")]
    [InlineData("J5")]
    [InlineData("J401")]
    [InlineData("J402")]
    public void Connectors_ForTheBoat_HaveAWireAtEachPin(string connector)
    {
        var pins = CarrierCircuit.Read().Pins.Where(pin => pin.Reference == connector).Select(pin => $"{connector}-{pin.Number}");

        Assert.Equal(pins.Order(), _wires.Select(wire => wire["from"]).Where(end => end.StartsWith(connector + "-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Wires_OfACable_AreToldApartByColour() =>
        Assert.All(_wires.Where(wire => wire["colour"] != "-").GroupBy(wire => (wire["cable"], wire["colour"])), same => Assert.Single(same));

    [Fact]
    public void Cables_ThatAreFused_HoldTheCurrentAndSpareTheWire()
    {
        var ratings = HardwareTable.Read("harness", "gauges.csv").ToDictionary(row => row["area_mm2"], row => decimal.Parse(row["rating_a"]));
        var most = HardwareTable.Read("power.csv").Max(row => decimal.Parse(row["most_ma"])) / 1000;
        foreach (var cable in _cables.Where(cable => cable["area_mm2"] != "0"))
        {
            var (fuse, current) = (decimal.Parse(cable["fuse_a"]), decimal.Parse(cable["current_max_a"]));
            Assert.True(Math.Max(fuse, current) <= ratings[cable["area_mm2"]], cable["cable"]);
            Assert.True(fuse == 0 || fuse >= current, cable["cable"]);
        }

        Assert.True(decimal.Parse(_cables.Single(cable => cable["cable"] == "W1")["current_max_a"]) >= most, "W1 carries what the unit takes");
    }

    [Fact]
    public void Cables_AndTheirParts_AreInTheBill()
    {
        var bought = HardwareTable.Read("bom.csv").Where(row => row["assembly"] == "harness").SelectMany(row => row["references"].Split(' ')).ToList();

        Assert.Equal(_cables.Select(cable => cable["cable"]).Order(), bought.Where(reference => reference[0] == 'W').Order());
    }
}
