using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Host.Board;

/// <summary>
/// A board with its chips, the boat that it is on and a time that is moved from outside: what a unit's own code runs on
/// without knowing. One thread moves the time and steps the unit.
/// </summary>
public sealed class SimulatedBoard : IResetLine, IReboot, IDisposable
{
    private readonly BoardSettings _settings;
    private readonly PatrolBoat _boat;
    private long _steppedS;

    /// <param name="settings">What is simulated.</param>
    /// <param name="storage">The unit's flash: chips, or files that outlive the process.</param>
    public SimulatedBoard(BoardSettings settings, StorageMap storage)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        Storage = storage;
        BoardWires.Current = Wires;
        _boat = new PatrolBoat(settings.Route, settings.Seed);
        Receiver = new SimulatedGnssChip(settings.Receiver, () => Time.MonotonicMs, Truth, () => settings.Start.AddMilliseconds(Time.MonotonicMs) + ReceiverTimeError);
        Radio = MakeRadio(settings.Board);
        ModemSocket = new SimulatedModemSocket(settings.ModemSent);
        Modem = new SimulatedModem(settings.Modem, () => Time.MonotonicMs, ModemSocket);
        Sensors = new BoardSensorChips(Wires, settings.Board, Time);
        Panel = new BoardPanel(Wires, settings.Board, Advance);
        Connect(settings.Board);
    }

    /// <summary>What is soldered to it; tests take chips away here.</summary>
    public BoardWires Wires { get; } = new();

    /// <summary>The board's time; the unit's clock of one life begins where it was powered on.</summary>
    public SimulatedTime Time { get; } = new();

    /// <summary>The unit's flash.</summary>
    public StorageMap Storage { get; }

    public SimulatedGnssChip Receiver { get; }

    public SimulatedTransceiver? Radio { get; }

    public SimulatedModem Modem { get; }

    public SimulatedModemSocket ModemSocket { get; }

    public BoardSensorChips Sensors { get; }

    public BoardPanel Panel { get; }

    /// <summary>The board's name, as the configuration has it.</summary>
    public string Model => _settings.Board.Name;

    /// <summary>The time ashore, milliseconds since 1970-01-01.</summary>
    public long ShoreUtcMs => new DateTimeOffset(_settings.Start).ToUnixTimeMilliseconds() + Time.MonotonicMs;

    /// <summary>What the receiver's time is off: a week-number rollover, a spoofed sky.</summary>
    public TimeSpan ReceiverTimeError { get; set; }

    /// <summary>Where the boat really is.</summary>
    public BoatState Boat => Truth();

    /// <summary>Times that the unit has reset itself.</summary>
    public int Resets { get; private set; }

    /// <summary>Whether it wants to start again: the owner makes a new unit then.</summary>
    public bool WantsReset { get; private set; }

    /// <inheritdoc/>
    bool IResetLine.WokeFromSleep => false;

    /// <inheritdoc/>
    string IResetLine.TargetName => _settings.Board.Module == BoardModule.Esp32S3 ? "ESP32_S3_QUAD" : "ESP32_PSRAM_REV0";

    /// <inheritdoc/>
    uint IResetLine.FreeBytes => 100_000;

    /// <summary>Power on, or a reset: a unit of its own code, with nothing left in memory.</summary>
    public BoatUnit.Unit PowerOn()
    {
        WantsReset = false;
        BoardWires.Current = Wires;
        ChipReset.Apply(Wires);
        var clock = new BoardClock(Time);
        return new BoatUnit.Unit(new UnitPlatform
        {
            Clock = clock,
            Storage = Storage,
            Reboot = this,
            Pause = clock,
            ResetCause = ResetCause.Unknown,
        });
    }

    /// <summary>Lets the board's time go by.</summary>
    public void Advance(int ms)
    {
        Time.AdvanceMs(ms);
        Panel?.Engine?.Run(ms);
    }

    /// <inheritdoc/>
    void IResetLine.Reset() => Reboot();

    /// <inheritdoc/>
    public void Reboot()
    {
        Resets++;
        WantsReset = true;
    }

    /// <inheritdoc/>
    public void Dispose() => ModemSocket.Dispose();

    private BoatState Truth()
    {
        for (; _steppedS < Time.MonotonicMs / 1000; _steppedS++)
            _boat.Step();

        return _boat.State;
    }

    private SimulatedTransceiver? MakeRadio(BoardDescription board)
    {
        if (board.Radio == RadioChip.None)
            return null;

        var reset = GpioLine.Of(Wires, board.RadioResetPin);
        var interrupt = GpioLine.Of(Wires, board.RadioInterruptPin);
        var air = _settings.Air ?? new DeadAir();
        return board.Radio == RadioChip.Sx1276
            ? new SimulatedSx1276(Time, air, reset, interrupt)
            : new SimulatedSx1262(Time, air, reset, GpioLine.Of(Wires, board.RadioBusyPin), interrupt);
    }

    private void Connect(BoardDescription board)
    {
        Wires.Connect<IResetLine>(IResetLine.Place, this);
        Wires.Connect<IUartLine>(IUartLine.Place(board.ReceiverTxPin, board.ReceiverRxPin), Receiver);
        if (Radio is not null)
            Wires.Connect<ISpiChip>($"SPI{board.SpiBus}/CS{board.RadioSelectPin}", Radio);

        if (board.ModemTxPin == BoardDescription.NotFitted)
            return;

        Wires.Connect<IUartLine>(IUartLine.Place(board.ModemTxPin, board.ModemRxPin), Modem);
        if (board.ModemPowerKeyPin != BoardDescription.NotFitted)
            GpioLine.Of(Wires, board.ModemPowerKeyPin).Changed += Modem.PressPowerKey;
    }

    /// <summary>An antenna that leads nowhere.</summary>
    private sealed class DeadAir : IAirPort
    {
        public void Transmitted(LoRaEmission emission)
        {
            // Nobody is there.
        }
    }
}
