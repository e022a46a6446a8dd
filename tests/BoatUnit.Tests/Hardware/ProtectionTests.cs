using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>Wires on the wrong terminal and shorted cables, by Ohm's law with the bill's values: no part beyond its rating.</summary>
public sealed partial class ProtectionTests
{
    // A 24 V boat while its alternator charges.
    private const double BoatVMax = 32;

    // Bourns MF-MSMF010: trips at 0.30 A, and has 15 ohm at the most after it has tripped once.
    private const double FuseTripA = 0.30;
    private const double FuseOhmMax = 15;

    // SMBJ6.0A: it conducts from 7.37 V on at the latest, at 10 mA.
    private const double ClampVMax = 7.37;

    private static readonly List<Dictionary<string, string>> _bom = HardwareTable.Read("bom.csv");
    private static readonly CarrierCircuit _circuit = CarrierCircuit.Read();

    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    [InlineData(BoatVMax)]
    public void LevelInput_BoatsSupplyOnIt_TripsItsFuseAndBurnsNothing(double boatV)
    {
        var sense = PartAt("LEVEL_LOOP", "R603");
        var isClamped = _circuit.Pins.Exists(pin => pin.Net == "LEVEL_LOOP" && pin.Name == "K" && PartOf(pin.Reference).StartsWith("TVS 6 V ", StringComparison.Ordinal));
        var unclampedV = boatV * OhmOf(sense) / (OhmOf(sense) + FuseOhmMax);
        var loopV = isClamped ? Math.Min(ClampVMax, unclampedV) : unclampedV;

        Assert.StartsWith("0.1 A resettable fuse 60 V", PartAt("LEVEL_LOOP", "F602"), StringComparison.Ordinal);
        Assert.InRange((boatV - loopV) / FuseOhmMax, FuseTripA, double.MaxValue);
        Assert.InRange(loopV * loopV / OhmOf(sense), 0, WattOf(sense));
    }

    [Fact]
    public void GnssAntenna_CableShorted_LeavesItsResistorWhole()
    {
        var bias = PartAt("GNSS_BIAS", "R405");

        Assert.InRange(3.3 * 3.3 / OhmOf(bias), 0, WattOf(bias));

        // An active antenna takes 20 mA, and wants 3.0 V or the most of it.
        Assert.InRange(3.3 - (0.020 * OhmOf(bias)), 3.0, 3.3);
    }

    [Theory]
    [InlineData("FLOAT_N_IN", "R601")]
    [InlineData("SOS_N_IN", "R609")]
    [InlineData("MOB_N_IN", "R611")]
    [InlineData("ROTARY_A_IN", "R613")]
    [InlineData("ROTARY_B_IN", "R615")]
    [InlineData("ROTARY_SW_IN", "R617")]
    public void Contact_BoatsSupplyOnIt_LeavesItsResistorWhole(string net, string resistor)
    {
        // The other end is held at 3.3 V and a Schottky diode's 0.3 V.
        var overV = BoatVMax - 3.6;

        Assert.InRange(overV * overV / OhmOf(PartAt(net, resistor)), 0, WattOf(PartAt(net, resistor)));
    }

    [Fact]
    public void AlarmLamp_Shorted_LeavesItsResistorWhole()
    {
        // From the charger's 4.4 V to the transistor, with no lamp between.
        var series = PartAt("ALARM_LED_OUT", "R624");

        Assert.InRange(4.4 * 4.4 / OhmOf(series), 0, WattOf(series));
    }

    [Theory]
    [InlineData("ENGINE1_IN", "R605")]
    [InlineData("ENGINE2_IN", "R607")]
    public void EngineInput_SixtyVolts_LeavesItsResistorWhole(string net, string resistor) =>
        Assert.InRange(60.0 * 60.0 / OhmOf(PartAt(net, resistor)), 0, WattOf(PartAt(net, resistor)));

    [Theory]
    [InlineData("R105", "R106")]
    [InlineData("R107", "R108")]
    [InlineData("R111", "R112")]
    public void Divider_LoadDumpOf202V_IsWithinItsVoltageRating(string upper, string lower)
    {
        // ISO 16750-2 test A for 24 V, which was pulse 5a of ISO 7637-2.
        var across = 202 * OhmOf(PartOf(upper)) / (OhmOf(PartOf(upper)) + OhmOf(PartOf(lower)));

        Assert.InRange(across, 0, double.Parse(Rating().Match(PartOf(upper)).Groups["v"].Value, CultureInfo.InvariantCulture));
    }

    // The bill's words for a part that is on this net.
    private static string PartAt(string net, string reference)
    {
        Assert.Contains(_circuit.Pins, pin => pin.Net == net && pin.Reference == reference);
        return PartOf(reference);
    }

    private static string PartOf(string reference) => _bom.Single(row => row["references"].Split(' ').Contains(reference))["part"];

    private static double OhmOf(string part)
    {
        var match = Resistance().Match(part);
        var scale = match.Groups["unit"].Value switch { "k" => 1_000, "milliohm" => 0.001, _ => 1 };
        return double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture) * scale;
    }

    private static double WattOf(string part) => double.Parse(Power().Match(part).Groups["w"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<value>[\d.]+) (?<unit>ohm|k|milliohm) ", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Resistance();

    [GeneratedRegex(@" (?<w>[\d.]+) W\b", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Power();

    [GeneratedRegex(@", (?<v>\d+) V$", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Rating();
}
