using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.BoatUnit.Tests.Sensors;

/// <summary>Time that a test moves.</summary>
internal sealed class SteppedClock : IClock
{
    public long MonotonicMs { get; set; } = 1_000;

    public long UtcMs => UtcTime.Unknown;
}

/// <summary>The carrier with every chip fitted, its panel, and a loop of 10 ms.</summary>
internal sealed class SensorBench
{
    private const int LoopMs = 10;

    public SensorBench(BoardDescription? description = null)
    {
        BoardWires.Current = Wires;
        Description = description ?? new CarrierS3Board();
        Rtc = new SimulatedDs3231(Clock);
        Fit(Environment, Description.EnvironmentAddress);
        Fit(SupplyMeter, Description.SupplyMeterAddress);
        Fit(BatteryMeter, Description.BatteryMeterAddress);
        Fit(Adc, Description.LevelAddress);
        Fit(Rtc, Description.ClockAddress);
        Fit(Axp, Description.PowerChipAddress);
        Wires.Connect("ADC0", Supply);
        Supply.FullScaleMv = Description.SupplyScale.FullScaleMv;
        SetSupply(12_600);
        BatteryMeter.BusMv = 4_100;
        BatteryMeter.ShuntUv = 12_000;
        SupplyMeter.ShuntUv = 8_000;
        Adc.SetInput(0, 600);

        Engine = new SimulatedEngine(Line(Description.Engine1Pin), 100);
        Sos = Contact(Description.SosPin);
        ManOverboard = Contact(Description.ManOverboardPin);
        Float = Contact(Description.BilgeFloatPin);
        Select = Contact(Description.SelectPin);
        if (Description.TamperPin != BoardDescription.NotFitted)
        {
            Tamper = Contact(Description.TamperPin);
            Tamper.Close();
        }

        if (Description.RotaryAPin != BoardDescription.NotFitted)
            Rotary = new SimulatedRotary(Line(Description.RotaryAPin), Line(Description.RotaryBPin));

        Controller = new GpioController();
        Panel = new PanelInputs(Controller, Description, new PanelOptions(), Clock);
        Sensors = new BoardSensors(Description, new SensorOptions(), Panel);
    }

    public BoardWires Wires { get; } = new();

    public SteppedClock Clock { get; } = new();

    public BoardDescription Description { get; }

    public SimulatedBme280 Environment { get; } = new();

    public SimulatedIna219 SupplyMeter { get; } = new();

    public SimulatedIna219 BatteryMeter { get; } = new();

    public SimulatedAds1115 Adc { get; } = new();

    public SimulatedDs3231 Rtc { get; }

    public SimulatedAxp192 Axp { get; } = new();

    public AnalogLine Supply { get; } = new();

    public SimulatedContact Sos { get; }

    public SimulatedContact ManOverboard { get; }

    public SimulatedContact Float { get; }

    public SimulatedContact Select { get; }

    public SimulatedContact? Tamper { get; }

    public SimulatedRotary? Rotary { get; }

    public SimulatedEngine Engine { get; }

    public GpioController Controller { get; }

    public PanelInputs Panel { get; }

    public BoardSensors Sensors { get; }

    public SensorReadings Readings => Sensors.Readings;

    /// <summary>Bus transactions of all chips so far.</summary>
    public int Transfers =>
        Environment.Transfers + SupplyMeter.Transfers + BatteryMeter.Transfers + Adc.Transfers + Rtc.Transfers + Axp.Transfers;

    public void SetSupply(int millivolts)
    {
        var scale = Description.SupplyScale;
        Supply.Millivolts = (int)((long)millivolts * scale.LowerOhm / (scale.LowerOhm + scale.UpperOhm));
    }

    public void Advance(int milliseconds)
    {
        Clock.MonotonicMs += milliseconds;
        Engine.Run(milliseconds);
    }

    /// <summary>Lets the loop run for so long.</summary>
    public void Run(int milliseconds)
    {
        for (var left = milliseconds; left > 0; left -= LoopMs)
        {
            Advance(LoopMs);
            Step();
        }
    }

    public void Step()
    {
        Panel.Poll(Clock.MonotonicMs);
        Sensors.Poll(Clock.MonotonicMs);
    }

    public GpioLine Line(int pin) => GpioLine.Of(Wires, pin);

    private SimulatedContact Contact(int pin) => new(Line(pin), Advance);

    private void Fit(SimulatedI2cChip chip, int address)
    {
        if (address != BoardDescription.NotFitted)
            chip.ConnectTo(Wires, Description.I2cBus, address);
    }
}
