using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.BoatUnit.Supervision;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>The carrier's circuit against the pinout, the bill of materials, and what any circuit must keep to.</summary>
public sealed class CarrierCircuitTests
{
    private const string Module = "U301";

    private static readonly CarrierCircuit _circuit = CarrierCircuit.Read();
    private static readonly List<Dictionary<string, string>> _bom = HardwareTable.Read("bom.csv");
    private static readonly List<Dictionary<string, string>> _pinout =
        [.. HardwareTable.Read("pinout.csv").Where(row => row["board"] == "carrier-s3")];

    [Fact]
    public void Module_EachPinOfThePinout_IsOnThatNet()
    {
        var drawn = _circuit.Pins.Where(pin => pin.Reference == Module && pin.Name.StartsWith("GPIO", StringComparison.Ordinal))
            .ToDictionary(pin => int.Parse(pin.Name[4..]), pin => pin.Net);

        Assert.All(_pinout, row => Assert.Equal(row["net"], drawn[int.Parse(row["pin"])]));
    }

    [Fact]
    public void Module_PinsThatThePinoutDoesNotName_AreOpenOrTheBootPin()
    {
        var named = _pinout.Select(row => $"GPIO{row["pin"]}").ToHashSet();

        var others = _circuit.Pins.Where(pin => pin.Reference == Module && pin.Name.StartsWith("GPIO", StringComparison.Ordinal)
            && !named.Contains(pin.Name) && !pin.IsOpen);

        Assert.Equal(["GPIO0"], others.Select(pin => pin.Name));
    }

    [Fact]
    public void Connectors_EachOfThePinout_CarriesItsSignalBeyondItsProtection()
    {
        foreach (var row in _pinout.Where(row => row["connector"].StartsWith('J')))
        {
            var place = row["connector"].Split('-');
            var net = _circuit.Pins.Single(pin => pin.Reference == place[0] && pin.Number == place[1]).Net;

            Assert.Contains(net, new[] { row["net"], row["net"] + "_IN", row["net"] + "_OUT" });
        }
    }

    [Fact]
    public void Nets_Each_HasTwoPins() =>
        Assert.Empty(_circuit.Pins.Where(pin => !pin.IsOpen).GroupBy(pin => pin.Net).Where(net => net.Count() < 2).Select(net => net.Key));

    [Fact]
    public void Parts_OfTheCircuit_AreThoseOfTheBill()
    {
        var bought = References("board").Order();

        Assert.Equal(bought, _circuit.Pins.Select(pin => pin.Reference).Distinct().Order());
    }

    [Fact]
    public void Bill_EachRow_CountsItsReferences() =>
        Assert.All(_bom, row => Assert.Equal(row["references"].Split(' ').Length, int.Parse(row["quantity"])));

    [Fact]
    public void Bill_EachReference_IsThereOnce()
    {
        var references = _bom.SelectMany(row => row["references"].Split(' ')).ToList();

        Assert.Equal(references.Distinct().Count(), references.Count);
    }

    [Fact]
    public void Bill_EachRow_SaysHowItWasChecked() =>
        Assert.All(_bom, row => Assert.Contains(row["checked"], new[] { "library", "series", "seen", "no" }));

    [Fact]
    public void Bill_PartsOnTheBoard_StandTheHeatOfAClosedBox()
    {
        // 60 degrees inside a box in the tropical sun; what stands less is named here, with the reason in installation.md.
        var cooler = _bom.Where(row => row["assembly"] == "board" && int.Parse(row["temperature_max_c"]) < 70).Select(row => row["references"]);

        Assert.Equal(["BZ601"], cooler);
    }

    [Fact]
    public void Chips_EachSupplyInItsBlock_HasACapacitorOfItsOwn()
    {
        var capacitors = _circuit.Pins.Where(pin => pin.Reference[0] == 'C' && char.IsDigit(pin.Reference[1])).GroupBy(pin => pin.Reference)
            .Where(pins => pins.Any(pin => pin.Net == "GND"))
            .Select(pins => (pins.First().Block, pins.Single(pin => pin.Net != "GND").Net)).ToLookup(place => place);
        var supplies = _circuit.Pins.Where(pin => pin.Reference[0] == 'U' && pin.Type == "power_in" && pin.Net != "GND").ToList();

        var bare = supplies.GroupBy(pin => (pin.Block, pin.Net))
            .Where(place => capacitors[place.Key].Count() < place.Select(pin => pin.Reference).Distinct().Count())
            .Select(place => $"{place.Key.Block}: {place.Key.Net}");
        Assert.Equal([], bare);
        Assert.Equal(_circuit.Pins.Where(pin => pin.Type == "power_in").Select(pin => pin.Reference).Distinct().Order(),
            supplies.Select(pin => pin.Reference).Distinct().Order());
    }

    [Theory]
    [InlineData("U501", 0x40)]
    [InlineData("U502", 0x41)]
    public void Meters_ByTheirAddressPins_AreWhereTheBoardSays(string reference, int address)
    {
        // INA219 datasheet, table 1: A1 and A0 at GND or VS.
        var pins = _circuit.Pins.Where(pin => pin.Reference == reference).ToDictionary(pin => pin.Name, pin => pin.Net);

        Assert.Equal(address, 0x40 + (pins["A0"] == "+3V3" ? 1 : 0) + (pins["A1"] == "+3V3" ? 4 : 0));
    }

    [Fact]
    public void Values_ThatTheFirmwareComputesWith_AreThoseOfTheBill()
    {
        var board = new CarrierS3Board();
        var sensors = new SensorOptions();

        Assert.StartsWith($"{board.SupplyScale.UpperOhm / 1000} k ", PartOf("R111"), StringComparison.Ordinal);
        Assert.StartsWith($"{board.SupplyScale.LowerOhm / 1000} k ", PartOf("R112"), StringComparison.Ordinal);
        Assert.StartsWith($"{sensors.SupplyShuntMicroOhm / 1000} milliohm ", PartOf("R101"), StringComparison.Ordinal);
        Assert.StartsWith($"{sensors.BatteryShuntMicroOhm / 1000} milliohm ", PartOf("R208"), StringComparison.Ordinal);
    }

    [Fact]
    public void Watchdog_ByItsSetPins_OutlastsTheLoopsLimit()
    {
        // MAX6369 to MAX6374 datasheet, table 1, SET2 SET1 SET0 from 0 on; 3 switches the watchdog off.
        int[] timeoutsMs = [1, 10, 30, -1, 100, 1_000, 10_000, 60_000];
        var pins = _circuit.Pins.Where(pin => pin.Reference == "U303").ToDictionary(pin => pin.Name, pin => pin.Net);

        var timeoutMs = timeoutsMs[(pins["SET2"] == "+3V3" ? 4 : 0) + (pins["SET1"] == "+3V3" ? 2 : 0) + (pins["SET0"] == "+3V3" ? 1 : 0)];

        Assert.True(timeoutMs > ConfigKeys.SupervisorLoopLimitMs.DefaultNumber, "the stall is noted in flash before the chip resets");
        Assert.True(timeoutMs >= 4 * new SupervisorOptions().WatchdogToggleMs);
    }

    // The guides and boatctl have them pressed: into the boot loader, and out of it.
    [Theory]
    [InlineData("BOOT_N", "GPIO0")]
    [InlineData("ESP_EN", "EN")]
    public void Buttons_BootAndReset_PullTheModulesPinToGround(string net, string pin)
    {
        Assert.Contains(_circuit.Pins, of => of.Reference == Module && of.Name == pin && of.Net == net);
        var button = Assert.Single(_circuit.Pins, of => of.Net == net && of.Reference.StartsWith("SW", StringComparison.Ordinal)).Reference;
        Assert.Contains(_circuit.Pins, of => of.Reference == button && of.Net == "GND");
    }

    private static string PartOf(string reference) => _bom.Single(row => row["references"].Split(' ').Contains(reference))["part"];

    private static IEnumerable<string> References(string assembly) =>
        _bom.Where(row => row["assembly"] == assembly).SelectMany(row => row["references"].Split(' '));
}
