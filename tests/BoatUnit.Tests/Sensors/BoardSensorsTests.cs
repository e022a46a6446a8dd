using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Sensors;

/// <summary>Each sensor of the carrier: as it is, absent, gone, stuck, out of range; the others go on.</summary>
public sealed class BoardSensorsTests(ITestOutputHelper output)
{
    private const int SettleMs = 10_000;
    private const int ReturnMs = 30_000;
    private const SensorFaults Climate = SensorFaults.Temperature | SensorFaults.Humidity | SensorFaults.Pressure;
    private const SensorFaults Power = SensorFaults.Battery | SensorFaults.BatteryCurrent;
    private const SensorFaults Clock = SensorFaults.WallClock | SensorFaults.BoardTemperature;

    [Fact]
    public void Readings_EverythingFitted_AreThoseOfTheChips()
    {
        var bench = NewBench();
        bench.Engine.Rpm = 1_800;

        bench.Run(SettleMs);

        var readings = bench.Readings;
        Assert.Equal(SensorFaults.None, readings.Faults);
        Assert.Equal(31, readings.TemperatureC);
        Assert.Equal(72, readings.HumidityPercent);
        Assert.InRange(readings.PressurePa, 100_890, 100_910);
        Assert.InRange(readings.SupplyMv, 12_540, 12_660);
        Assert.Equal(400, readings.SupplyCurrentMa);
        Assert.Equal(4_100, readings.BatteryMv);
        Assert.Equal(120, readings.BatteryCurrentMa);
        Assert.Equal(0, readings.BilgeLevelCm);
        Assert.Equal(BilgeState.Dry, readings.Bilge);
        Assert.InRange(readings.Engine1Rpm, 1_770, 1_830);
        Assert.Equal(0, readings.Engine2Rpm);
        Assert.Equal(33, readings.BoardTemperatureC);
        Assert.False(readings.OnBattery);
        Assert.False(readings.IsOpen);
        Assert.Equal(0, bench.Sensors.Exceptions);
    }

    [Theory]
    [InlineData("environment", Climate)]
    [InlineData("supply", SensorFaults.SupplyCurrent)]
    [InlineData("battery", Power)]
    [InlineData("level", SensorFaults.BilgeLevel)]
    [InlineData("clock", Clock)]
    public void Readings_AChipAbsentAtStart_AreUnknownAndFlaggedUntilItIsThere(string name, SensorFaults faults)
    {
        var bench = NewBench();
        var chip = ChipOf(bench, name);
        chip.IsFitted = false;

        bench.Run(SettleMs);
        var before = UnknownsOf(bench.Readings);
        var faultsBefore = bench.Readings.Faults;
        chip.IsFitted = true;
        bench.Run(ReturnMs);

        Assert.Equal(faults, faultsBefore);
        Assert.Equal(UnknownsFor(faults), before);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
        Assert.Equal(SensorFaults.None, UnknownsOf(bench.Readings));
    }

    [Theory]
    [InlineData("environment", Climate)]
    [InlineData("supply", SensorFaults.SupplyCurrent)]
    [InlineData("battery", Power)]
    [InlineData("level", SensorFaults.BilgeLevel)]
    [InlineData("clock", Clock)]
    public void Readings_AChipThatVanishes_AreUnknownAndFlaggedUntilItReturns(string name, SensorFaults faults)
    {
        var bench = NewBench();
        bench.Run(SettleMs);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);

        ChipOf(bench, name).IsFitted = false;
        bench.Run(SettleMs);
        var faultsGone = bench.Readings.Faults;
        var unknownsGone = UnknownsOf(bench.Readings);
        ChipOf(bench, name).IsFitted = true;
        bench.Run(ReturnMs);

        Assert.Equal(faults, faultsGone);
        Assert.Equal(UnknownsFor(faults), unknownsGone);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-144.7)]
    [InlineData(120.0)]
    public void Readings_ATemperatureThatCannotBe_IsUnknownAndSoIsTheHumidity(double temperatureC)
    {
        var bench = NewBench();
        bench.Run(SettleMs);

        bench.Environment.TemperatureC = temperatureC;
        bench.Run(SettleMs);

        Assert.Equal(SensorFaults.Temperature | SensorFaults.Humidity, bench.Readings.Faults);
        Assert.Equal(Fix.Unknown, bench.Readings.TemperatureC);
        Assert.Equal(Fix.Unknown, bench.Readings.HumidityPercent);
        Assert.NotEqual(Fix.Unknown, bench.Readings.PressurePa);
    }

    [Fact]
    public void Readings_ValuesOutOfRange_AreUnknownAndFlagged()
    {
        var bench = NewBench();
        bench.BatteryMeter.BusMv = 0;
        bench.BatteryMeter.ShuntUv = 2_000_000;
        bench.Adc.SetInput(0, 0);
        bench.Environment.PressurePa = 0;

        bench.Run(SettleMs);

        Assert.Equal(Power | SensorFaults.BilgeLevel | SensorFaults.Pressure, bench.Readings.Faults);
        Assert.Equal(Fix.Unknown, bench.Readings.BatteryMv);
        Assert.Equal(Fix.Unknown, bench.Readings.BatteryCurrentMa);
        Assert.Equal(Fix.Unknown, bench.Readings.BilgeLevelCm);
        Assert.Equal(Fix.Unknown, bench.Readings.PressurePa);
        Assert.Equal(31, bench.Readings.TemperatureC);
    }

    [Fact]
    public void Readings_AStuckEnvironmentSensor_IsUnknownAfterTenMinutesAndBackWhenItMoves()
    {
        var bench = NewBench();
        bench.Environment.Noise.IsOn = false;

        bench.Run(590_000);
        var early = bench.Readings.Faults;
        bench.Run(30_000);
        var late = bench.Readings.Faults;
        bench.Environment.Noise.IsOn = true;
        bench.Run(SettleMs);

        Assert.Equal(SensorFaults.None, early);
        Assert.Equal(Climate, late);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
    }

    [Fact]
    public void Readings_AConverterThatThrows_IsUnknownCountedAndBack()
    {
        var bench = NewBench();
        bench.Run(SettleMs);

        bench.Supply.IsBroken = true;
        bench.Run(SettleMs);
        var faults = bench.Readings.Faults;
        var supplyMv = bench.Readings.SupplyMv;
        bench.Supply.IsBroken = false;
        bench.Run(ReturnMs);

        Assert.Equal(SensorFaults.Supply, faults);
        Assert.Equal(Fix.Unknown, supplyMv);
        Assert.Equal(1, bench.Sensors.Exceptions);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
    }

    [Fact]
    public void Readings_OnTheirWayIntoTheUnitsState_FlagWhatIsUnknown()
    {
        var bench = NewBench();
        bench.Environment.IsFitted = false;
        bench.BatteryMeter.IsFitted = false;
        bench.Run(SettleMs);
        var state = new UnitState();

        bench.Readings.CopyTo(state);

        Assert.Equal(UnitFaults.EnvironmentSensor | UnitFaults.PowerSensor, SensorFaultBits.ToUnitFaults(bench.Readings.Faults));
        Assert.Equal(Fix.Unknown, state.TemperatureC);
        Assert.Equal(Fix.Unknown, state.BatteryMv);
        Assert.InRange(state.SupplyMv, 12_540, 12_660);
        Assert.Equal(400, state.SupplyCurrentMa);
        Assert.Equal(0, state.BilgeLevelCm);
    }

    [Fact]
    public void Poll_InAnyTurn_AsksAtMostOneChip()
    {
        var bench = NewBench();
        bench.Run(SettleMs);
        var chips = new SimulatedI2cChip[] { bench.Environment, bench.SupplyMeter, bench.BatteryMeter, bench.Adc, bench.Rtc };
        var most = 0;
        for (var turn = 0; turn < 2_000; turn++)
        {
            var before = chips.Select(chip => chip.Transfers).ToArray();
            bench.Run(10);
            var asked = chips.Where((chip, i) => chip.Transfers != before[i]).Count();
            most = Math.Max(most, chips.Sum(chip => chip.Transfers) - before.Sum());
            Assert.True(asked <= 1, $"{asked} chips in one turn");
        }

        // The address, and for the clock's time its status register as well.
        output.WriteLine($"most transactions in a turn: {most}");
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public void Poll_ASamplingRound_AllocatesNothing()
    {
        var bench = NewBench();
        bench.Run(20_000);

        var bytes = Allocated.Least(_ => bench.Run(60_000));

        output.WriteLine($"{bytes} B in 6,000 turns");
        Assert.Equal(0, bytes);
    }

    [Fact]
    public void Supply_ThatGoes_IsAnEventAndOnBattery()
    {
        var bench = NewBench();
        bench.Run(SettleMs);
        bench.Sensors.TakePowerChanged();

        bench.SetSupply(0);
        bench.Run(SettleMs);

        Assert.True(bench.Readings.OnBattery);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
        Assert.True(bench.Sensors.TakePowerChanged());
        Assert.False(bench.Sensors.TakePowerChanged());
    }

    [Fact]
    public void Bilge_FloatAndLevel_AreEvents()
    {
        var bench = NewBench();
        bench.Run(SettleMs);

        bench.Float.Close();
        bench.Run(5_000);
        var byFloat = bench.Readings.Bilge;
        var isFirstEvent = bench.Sensors.TakeBilgeWorse();
        bench.Adc.SetInput(0, 600 + 2_400 * 30 / 100);
        bench.Run(5_000);

        Assert.Equal(BilgeState.Water, byFloat);
        Assert.True(isFirstEvent);
        Assert.Equal(BilgeState.HighWater, bench.Readings.Bilge);
        Assert.Equal(30, bench.Readings.BilgeLevelCm);
        Assert.True(bench.Sensors.TakeBilgeWorse());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(650)]
    [InlineData(3_000)]
    [InlineData(6_000)]
    public void Engine_AtARate_IsReadToAWindowsStep(int rpm)
    {
        var bench = NewBench();
        bench.Engine.Rpm = rpm;

        bench.Run(10_000);

        Assert.InRange(bench.Readings.Engine1Rpm, rpm - 30, rpm + 30);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
    }

    [Fact]
    public void Engine_InterferenceOnItsWire_IsUnknownAndFlagged()
    {
        var bench = NewBench();
        bench.Engine.Rpm = 60_000;

        bench.Run(10_000);

        Assert.Equal(Fix.Unknown, bench.Readings.Engine1Rpm);
        Assert.Equal(SensorFaults.Engine1, bench.Readings.Faults);
    }

    [Fact]
    public void PowerChip_OfTheTBeam_FeedsReceiverAndRadioAndTellsTheBattery()
    {
        var bench = new SensorBench(new TBeamBoard());
        bench.Rtc.Time = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        bench.Rtc.OscillatorStopped = false;
        bench.Sensors.Start(bench.Clock.MonotonicMs);
        Assert.True(bench.Axp.IsOn(2) && bench.Axp.IsOn(3));
        Assert.Equal(3_300, bench.Axp.OutputMv(3));

        bench.Run(SettleMs);

        Assert.Equal(SensorFaults.None, bench.Readings.Faults);
        Assert.Equal(4_050, bench.Readings.BatteryMv);
        Assert.Equal(120, bench.Readings.BatteryCurrentMa);
        Assert.Equal(41, bench.Readings.BoardTemperatureC);
        Assert.True(bench.Sensors.PowerChip.HasInput);
    }

    [Fact]
    public void ReceiverSupply_OfTheTBeam_SwitchesItsRailOrSaysThatItCannot()
    {
        var bench = new SensorBench(new TBeamBoard());
        bench.Sensors.Start(bench.Clock.MonotonicMs);
        var supply = new ReceiverSupply(bench.Controller, bench.Description, bench.Sensors.PowerChip);

        Assert.True(supply.TrySetPower(false));
        Assert.False(bench.Axp.IsOn(3));
        Assert.True(bench.Axp.IsOn(2));
        Assert.True(supply.TrySetPower(true));
        Assert.True(bench.Axp.IsOn(3));
        bench.Axp.IsFitted = false;
        Assert.False(supply.TrySetPower(false));
        Assert.Equal(1, bench.Sensors.PowerChip.SwitchFailures);
    }

    [Fact]
    public void ReceiverSupply_OfTheCarrier_SwitchesItsPin()
    {
        var bench = NewBench();
        var supply = new ReceiverSupply(bench.Controller, bench.Description, null);
        Assert.True(bench.Line(8).IsHigh);

        Assert.True(supply.TrySetPower(false));

        Assert.False(bench.Line(8).IsHigh);
    }

    private static SensorBench NewBench()
    {
        var bench = new SensorBench();
        bench.Rtc.Time = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        bench.Rtc.OscillatorStopped = false;
        return bench;
    }

    private static SimulatedI2cChip ChipOf(SensorBench bench, string name) => name switch
    {
        "environment" => bench.Environment,
        "supply" => bench.SupplyMeter,
        "battery" => bench.BatteryMeter,
        "level" => bench.Adc,
        "clock" => bench.Rtc,
        _ => throw new ArgumentException(name, nameof(name)),
    };

    // Which readings are unknown, in the bits of the faults that stand for them.
    private static SensorFaults UnknownsOf(SensorReadings readings)
    {
        var unknowns = SensorFaults.None;
        unknowns |= readings.SupplyMv == Fix.Unknown ? SensorFaults.Supply : SensorFaults.None;
        unknowns |= readings.SupplyCurrentMa == Fix.Unknown ? SensorFaults.SupplyCurrent : SensorFaults.None;
        unknowns |= readings.BatteryMv == Fix.Unknown ? SensorFaults.Battery : SensorFaults.None;
        unknowns |= readings.BatteryCurrentMa == Fix.Unknown ? SensorFaults.BatteryCurrent : SensorFaults.None;
        unknowns |= readings.TemperatureC == Fix.Unknown ? SensorFaults.Temperature : SensorFaults.None;
        unknowns |= readings.HumidityPercent == Fix.Unknown ? SensorFaults.Humidity : SensorFaults.None;
        unknowns |= readings.PressurePa == Fix.Unknown ? SensorFaults.Pressure : SensorFaults.None;
        unknowns |= readings.BilgeLevelCm == Fix.Unknown ? SensorFaults.BilgeLevel : SensorFaults.None;
        unknowns |= readings.BoardTemperatureC == Fix.Unknown ? SensorFaults.BoardTemperature : SensorFaults.None;
        unknowns |= readings.Engine1Rpm == Fix.Unknown ? SensorFaults.Engine1 : SensorFaults.None;
        return unknowns;
    }

    private static SensorFaults UnknownsFor(SensorFaults faults) => faults & ~SensorFaults.WallClock;
}
