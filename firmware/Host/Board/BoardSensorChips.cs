using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Host.Board;

/// <summary>The chips on a board's I2C bus, and its converter, with the values of a boat in harbour.</summary>
public sealed class BoardSensorChips
{
    public BoardSensorChips(BoardWires wires, BoardDescription board, IClock time)
    {
        ArgumentNullException.ThrowIfNull(wires);
        ArgumentNullException.ThrowIfNull(board);
        WallClock = new SimulatedDs3231(time);
        Fit(wires, board, Environment, board.EnvironmentAddress);
        Fit(wires, board, SupplyMeter, board.SupplyMeterAddress);
        Fit(wires, board, BatteryMeter, board.BatteryMeterAddress);
        Fit(wires, board, Level, board.LevelAddress);
        Fit(wires, board, WallClock, board.ClockAddress);
        Fit(wires, board, PowerChip, board.PowerChipAddress);
        SupplyMeter.BusMv = 12_600;
        SupplyMeter.ShuntUv = 8_000;
        BatteryMeter.BusMv = 4_100;
        BatteryMeter.ShuntUv = 12_000;
        Level.SetInput(0, 600);
        if (board.SupplyAdcChannel != BoardDescription.NotFitted)
        {
            var scale = board.SupplyScale;
            Supply.FullScaleMv = scale.FullScaleMv;
            Supply.Millivolts = (int)(12_600L * scale.LowerOhm / (scale.LowerOhm + scale.UpperOhm));
            wires.Connect($"ADC{board.SupplyAdcChannel}", Supply);
        }
    }

    public SimulatedBme280 Environment { get; } = new();

    public SimulatedIna219 SupplyMeter { get; } = new();

    public SimulatedIna219 BatteryMeter { get; } = new();

    public SimulatedAds1115 Level { get; } = new();

    public SimulatedDs3231 WallClock { get; }

    public SimulatedAxp192 PowerChip { get; } = new();

    public AnalogLine Supply { get; } = new();

    /// <summary>All on the bus; a test takes each away.</summary>
    public IReadOnlyList<SimulatedI2cChip> All => [Environment, SupplyMeter, BatteryMeter, Level, WallClock, PowerChip];

    private static void Fit(BoardWires wires, BoardDescription board, SimulatedI2cChip chip, int address)
    {
        if (address != BoardDescription.NotFitted)
            chip.ConnectTo(wires, board.I2cBus, address);
    }
}
