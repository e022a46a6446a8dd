using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>hardware/power and power.csv: inputs as the firmware has them, sums computed a second time.</summary>
public sealed class PowerBudgetTests
{
    private static readonly Dictionary<string, Dictionary<string, string>> _modes = HardwareTable.Read("power", "modes.csv").ToDictionary(row => row["mode"]);
    private static readonly Dictionary<string, double> _constants =
        HardwareTable.Read("power", "constants.csv").ToDictionary(row => row["name"], row => double.Parse(row["value"]));

    private static readonly Dictionary<string, double> _currents =
        HardwareTable.Read("power", "loads.csv").ToDictionary(row => row["load"], row => double.Parse(row["current_ma"]));

    [Fact]
    public void Modes_Intervals_AreTheFirmwaresDefaults()
    {
        var options = new LiveScheduleOptions();
        var expected = new Dictionary<string, int>
        {
            ["moored"] = options.MooredIntervalMs,
            ["anchored"] = options.AtAnchorIntervalMs,
            ["patrol"] = options.PatrolIntervalMs,
            ["pursuit"] = options.PursuitIntervalMs,
            ["sos"] = options.AlarmIntervalMs,
        };

        Assert.Equal(expected.Keys.Order(), _modes.Keys.Order());
        Assert.All(expected, mode => Assert.Equal(mode.Value / 1000, int.Parse(_modes[mode.Key]["position_s"])));
        Assert.All(_modes.Values, mode => Assert.Equal(ConfigKeys.ReportsStatusS.DefaultNumber, int.Parse(mode["status_s"])));
    }

    [Theory]
    [InlineData("position_airtime", 19)]
    [InlineData("event_airtime", 24)]
    public void Airtimes_OfTheBudget_AreThoseOfTheFormula(string name, int lengthBytes)
    {
        var region = Regions.Find(new UnitConfig().Text(ConfigKeys.LoraRegion));
        var spreadingFactor = Math.Min(region.SpreadingFactorMax, ConfigKeys.LoraSpreadingFactorMax.DefaultNumber);

        var frameUs = TimeOnAir.FrameUs(spreadingFactor, 125_000, 5, 8, lengthBytes);

        Assert.Equal(frameUs / 1000.0, _constants[name], 0.05);
    }

    [Fact]
    public void Table_EachMode_IsWhatTheInputsAddUpTo()
    {
        var rows = HardwareTable.Read("power.csv");

        Assert.Equal(_modes.Keys, rows.Select(row => row["mode"]));
        foreach (var row in rows)
        {
            var onAir = double.Parse(row["lora_transmit_permille"]) / 1000;
            var connected = double.Parse(row["modem_connected_permille"]) / 1000;
            var logicMa = _currents["esp32"] + _currents["gnss"] + _currents["gnss_antenna"] + _currents["sensors"] + _currents["usb_bridge"]
                + onAir * _currents["lora_transmit"] + (1 - onAir) * _currents["lora_receive"];
            var modemMa = connected * _currents["modem_connected"] + (1 - connected) * _currents["modem_idle"];
            var systemMa = _currents["lamps"] + (row["mode"] == "sos" ? _currents["alarm_lamp"] + _currents["buzzer"] : 0);
            var systemMw = logicMa * 3.3 / _constants["efficiency_3v3"] + modemMa * 3.825 / _constants["efficiency_vmodem"] + systemMa * 4.4;
            var boatMw = systemMw * 5 / 4.4 / _constants["efficiency_path"] / _constants["efficiency_5v"];
            var cellMwh = _constants["cell_capacity"] * 1000 * _constants["cell_voltage"] * _constants["cell_usable"];

            Assert.Equal(systemMw, double.Parse(row["power_vsys_mw"]), 0.002 * systemMw);
            Assert.Equal(boatMw / 12 + _constants["surge_stopper"], double.Parse(row["i_12v_ma"]), 0.5);
            Assert.Equal(boatMw / 24 + _constants["surge_stopper"], double.Parse(row["i_24v_ma"]), 0.5);
            Assert.Equal(cellMwh / systemMw, double.Parse(row["cell_hours"]), 0.1);
        }
    }

    [Fact]
    public void Table_TimeOnAir_StaysWithinTheHoursLimit()
    {
        foreach (var row in HardwareTable.Read("power.csv"))
        {
            var mode = _modes[row["mode"]];
            var seconds = 3600 / double.Parse(mode["position_s"]) * _constants["position_airtime"] / 1000
                + 3600 / double.Parse(mode["status_s"]) * _constants["event_airtime"] / 1000
                + (mode["sos_s"] == "0" ? 0 : 3600 / double.Parse(mode["sos_s"]) * _constants["event_airtime"] / 1000);

            Assert.Equal(Math.Min(seconds, _constants["airtime_per_hour"]) / 3.6, double.Parse(row["lora_transmit_permille"]), 0.06);
        }
    }

    [Fact]
    public void Fuses_BlowInOrder_AndHoldTheMost()
    {
        var row = HardwareTable.Read("power.csv")[0];
        var (most, board, harness) = (double.Parse(row["most_ma"]) / 1000, double.Parse(row["board_fuse_a"]), double.Parse(row["harness_fuse_a"]));

        // 75 %: what a fuse of this size still carries for good at 60 degrees.
        Assert.True(most <= 0.75 * board, $"{most} A through a fuse of {board} A");
        Assert.True(board < harness);
        Assert.Equal(harness, double.Parse(HardwareTable.Read("harness", "cables.csv").Single(cable => cable["cable"] == "W1")["fuse_a"]));
        Assert.StartsWith($"{board} A ", HardwareTable.Read("bom.csv").Single(part => part["references"] == "F101")["part"], StringComparison.Ordinal);
    }
}
