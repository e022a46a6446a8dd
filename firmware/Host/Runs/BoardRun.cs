using System.Net;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.Host.Wires;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Host.Runs;

/// <summary>
/// The whole boat unit on a simulated board, in paced time: its LoRa frames go through the sea's air and a concentrator to
/// a real gateway, its modem's datagrams and its MQTT over the PC's network, its console to a pseudo-terminal.
/// </summary>
/// <remarks>
/// <para>1 provision, 2 power on, 3 step until the time is over; a reset makes a new unit on the same flash.</para>
/// <para>What Program.cs has besides on the device is a timer's watch over the loop: here one thread moves the time and
/// steps the unit, so a loop that hangs stops the time too and would not be noticed. Wi-Fi's thread keeps real time.</para>
/// </remarks>
public sealed class BoardRun : IDisposable
{
    private const int StopMs = 2_000;
    private const int HotStartMs = 1_000;
    private const uint ConcentratorStartUs = 1_000_000;

    private readonly BoardRunSettings _settings;
    private readonly BoardStore _store;
    private readonly BoardConsole? _console;
    private readonly Concentrator _concentrator;
    private readonly SimulatedBoard _board;
    private readonly SeaAir _air;
    private readonly BoardTally _tally = new();
    private BoatUnit.Unit _unit;

    /// <exception cref="HostException">State, key or console are not to be had.</exception>
    public BoardRun(BoardRunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        var board = settings.Board;
        var key = settings.KeyFile is null ? null : KeyFile.Read(settings.KeyFile);
        _store = settings.StateDirectory is null ? BoardStore.Fresh(board) : BoardStore.InFolder(settings.StateDirectory, board);
        var config = Provision(key);
        _console = settings.HasConsole ? new BoardConsole(settings.ConsoleLink) : null;
        _concentrator = new Concentrator(
            settings.Gateway,
            ConcentratorOptions.RealForwarder with { Eui = ConcentratorOptions.RealForwarder.Eui + (ulong)config.Number(ConfigKeys.UnitId) });
        var antenna = new Antenna();
        _board = new SimulatedBoard(BoardOf(settings, config, antenna), _store.Map);
        _air = new SeaAir(
            _board.Time,
            new SeaPropagation(ShoreStation.Nongsa, settings.Seed),
            _concentrator,
            FirstChannelHz(config),
            ConcentratorStartUs)
        {
            Radio = _board.Radio,
            Boat = _board.Boat.Position,
        };
        antenna.LeadsTo = _air;
        Connect();
        _unit = _board.PowerOn();
    }

    /// <summary>What a serial tool opens, or null.</summary>
    public string? ConsolePath => _console?.Path;

    /// <summary>Runs until the time is over or it is called off.</summary>
    public static RunSummary Run(BoardRunSettings settings, CancellationToken cancellation) =>
        Run(settings, path => Console.WriteLine($"console: {path}"), cancellation);

    /// <summary>The same; the console's path, if there is one, is told to <paramref name="console"/>.</summary>
    public static RunSummary Run(BoardRunSettings settings, Action<string> console, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(console);
        using var run = new BoardRun(settings);
        if (run.ConsolePath is not null)
            console(run.ConsolePath);

        run.Sail(cancellation);
        return run.Summary();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unit.Stop(StopMs);
        _concentrator.Dispose();
        _board.Dispose();
        _console?.Dispose();
        _store.Dispose();
    }

    private static BoardSettings BoardOf(BoardRunSettings settings, UnitConfig config, IAirPort antenna)
    {
        var receiver = new SimulatedGnssOptions { Seed = settings.Seed };
        var now = DateTime.UtcNow;
        return new BoardSettings
        {
            Board = settings.Board,
            Receiver = settings.ColdStart ? receiver : receiver with { ColdStartMs = HotStartMs },
            Modem = config.Text(ConfigKeys.CellularDialect) == "a7672" ? SimulatedModemFamily.A7672 : SimulatedModemFamily.Sim7080,
            Seed = settings.Seed,

            // Whole seconds, as receivers have them.
            Start = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)),
            Air = antenna,
        };
    }

    // The lowest of the configured region; its eight channels are 200 kHz apart, as AS923-2's are.
    private static int FirstChannelHz(UnitConfig config)
    {
        var channels = UnitOptions.Region(config).ChannelsHz;
        return channels.Length > 0 ? channels.Min() : Regions.Find(Regions.Default).ChannelsHz.Min();
    }

    private UnitConfig Provision(byte[]? key)
    {
        var bench = new Provisioning(_store.Map);

        // Another board's pins would lead nowhere here.
        bench.Set(ConfigKeys.BoardModel, _settings.Board.Name);
        if (_settings.Unit is { } unit)
            bench.Set(ConfigKeys.UnitId, unit);

        if (key is not null && !bench.TrySetKey(key))
            Console.Error.WriteLine("key: the unit's flash has another one, and it stays; --key-file was not used.");

        return bench.Config;
    }

    private void Connect()
    {
        if (_console is not null)
            _board.Wires.Connect(IUartLine.Place(_settings.Board.ConsoleTxPin, _settings.Board.ConsoleRxPin), _console.Line);

        _board.Wires.Connect<IWifiAir>(IWifiAir.Place, new PcNetwork());
        _board.Wires.Connect<IMqttWire>(IMqttWire.Place, new MqttWire());
    }

    private void Sail(CancellationToken cancellation)
    {
        var pace = new PacedClock(_settings.Speed, UtcTime.Unknown);
        var startMs = _board.Time.MonotonicMs;
        var endMs = _settings.DurationS == long.MaxValue ? long.MaxValue : startMs + (_settings.DurationS * 1000);
        while (_board.Time.MonotonicMs < endMs && !cancellation.IsCancellationRequested)
        {
            Step();
            _board.Advance(BoatUnit.Unit.StepMs);
            _air.Boat = _board.Boat.Position;
            _air.Pump();
            if (_board.WantsReset)
                Reset();

            pace.AdvanceTo(_board.Time.MonotonicMs - startMs, cancellation);
        }
    }

    // As Program.cs does it on the device.
    private void Step()
    {
        try
        {
            _unit.Step();
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"crashed: {e}");
            _unit.Supervisor.Crash(e, "main loop", _board.Time.MonotonicMs);
        }
    }

    private void Reset()
    {
        _tally.Add(_unit);
        _unit.Stop(StopMs);
        _unit = _board.PowerOn();
        Console.Error.WriteLine($"started again: {_unit.Supervisor.ResetCause}{(_unit.Supervisor.SafeMode ? ", in safe mode" : string.Empty)}");
    }

    private RunSummary Summary()
    {
        _tally.Add(_unit);
        return _tally.Sum(_board, _air, _concentrator, _unit);
    }

    /// <summary>The board's antenna, which is there before the air is.</summary>
    private sealed class Antenna : IAirPort
    {
        public SeaAir? LeadsTo { get; set; }

        public void Transmitted(LoRaEmission emission) => LeadsTo?.Transmitted(emission);
    }
}

/// <summary>Which unit on which board, and what is around it.</summary>
public sealed record BoardRunSettings
{
    /// <summary>Its pins and chips.</summary>
    public required BoardDescription Board { get; init; }

    /// <summary>The number to give it; null leaves it as its flash has it.</summary>
    public int? Unit { get; init; }

    /// <summary>Where the concentrator forwards to.</summary>
    public required IPEndPoint Gateway { get; init; }

    /// <summary>What stands for its flash; null for blank flash that nothing keeps.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>The key for a unit that has none; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Seconds of the boat's time in one of the world's.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>How long, seconds of the boat's time.</summary>
    public long DurationS { get; init; } = long.MaxValue;

    /// <summary>The voyage, the receiver's noise and the air.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether the receiver starts without any knowledge of the sky.</summary>
    public bool ColdStart { get; init; }

    /// <summary>Whether the bench console can be reached.</summary>
    public bool HasConsole { get; init; }

    /// <summary>A name for the console's terminal, or null.</summary>
    public string? ConsoleLink { get; init; }
}
