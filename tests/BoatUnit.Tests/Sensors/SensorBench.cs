using System.Device.Gpio;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Board;
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

    private readonly BoardSensorChips _chips;
    private readonly BoardPanel? _contacts;

    public SensorBench(BoardDescription? description = null)
    {
        BoardWires.Current = Wires;
        Description = description ?? new CarrierS3Board();
        _chips = new BoardSensorChips(Wires, Description, Clock);
        _contacts = new BoardPanel(Wires, Description, Advance);
        Controller = new GpioController();
        Panel = new PanelInputs(Controller, Description, new PanelOptions(), Clock);
        Sensors = new BoardSensors(Description, new SensorOptions(), Panel);
    }

    public BoardWires Wires { get; } = new();

    public SteppedClock Clock { get; } = new();

    public BoardDescription Description { get; }

    public SimulatedBme280 Environment => _chips.Environment;

    public SimulatedIna219 SupplyMeter => _chips.SupplyMeter;

    public SimulatedIna219 BatteryMeter => _chips.BatteryMeter;

    public SimulatedAds1115 Adc => _chips.Level;

    public SimulatedDs3231 Rtc => _chips.WallClock;

    public SimulatedAxp192 Axp => _chips.PowerChip;

    public AnalogLine Supply => _chips.Supply;

    public SimulatedContact Sos => _contacts!.Sos!;

    public SimulatedContact ManOverboard => _contacts!.ManOverboard!;

    public SimulatedContact Float => _contacts!.BilgeFloat!;

    public SimulatedContact Select => _contacts!.Select!;

    public SimulatedContact? Tamper => _contacts!.Tamper;

    public SimulatedRotary? Rotary => _contacts!.Rotary;

    public SimulatedEngine Engine => _contacts!.Engine!;

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
        _contacts?.Engine?.Run(milliseconds);
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
}
