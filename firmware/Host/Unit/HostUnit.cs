using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Host.Unit;

/// <summary>
/// A boat unit on the PC: Core's own stages from the receiver's bytes to the sealed frame, with a simulated radio and
/// concentrator behind them.
/// </summary>
public sealed class HostUnit : IFixSink, IDisposable
{
    /// <summary>How many numbers a loss of power skips at the most: a write to flash each quarter of an hour at 1 Hz.</summary>
    private const uint CounterReserve = 1000;

    // SF10 is what a live frame was cut for: 19 bytes are the most below 330 ms.
    private const int SpreadingFactor = 10;

    private readonly SimulatedAes _aes;
    private readonly UnitState _state;
    private readonly SeaPropagation _air;
    private readonly RadioLink _radio;
    private readonly NmeaParser _parser;
    private readonly IClock _clock;
    private bool _stationPlaced;

    /// <param name="settings">What it is provisioned with.</param>
    /// <param name="gnss">What its receiver's fixes are held against.</param>
    /// <param name="clock">Its clocks.</param>
    /// <param name="radio">The world around its antenna.</param>
    /// <exception cref="HostException">Key or state are not there.</exception>
    public HostUnit(UnitSettings settings, GnssOptions gnss, IClock clock, RadioSettings radio)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(radio);
        _clock = clock;
        _aes = new SimulatedAes(KeyFile.Read(settings.KeyFile));
        _state = new UnitState(settings.StateDirectory, settings.Unit);

        // Several units on one PC have a concentrator each, and a gateway tells them apart by this.
        var eui = radio.Concentrator.Eui + (ulong)settings.Unit;
        Concentrator = new Concentrator(settings.Gateway, radio.Concentrator with { Eui = eui });
        _air = new SeaPropagation(radio.Station ?? ShoreStation.Nongsa, radio.Seed);
        _stationPlaced = radio.Station is not null;
        _radio = new RadioLink(
            new LoRaModulation(SpreadingFactor), _air, Concentrator, clock, radio.Seed, radio.HearsEverything);
        Reporter = new LiveReporter(
            settings.Unit,
            settings.Area,
            new AesCcm(_aes),
            new CounterAllocator(_state.LiveCounter, CounterReserve),
            _radio,
            new UnitCondition());
        _parser = new NmeaParser(gnss, this);
    }

    /// <summary>What became of the receiver's sentences.</summary>
    public GnssCounters Gnss => _parser.Counters;

    /// <summary>What became of the fixes.</summary>
    public LiveReporter Reporter { get; }

    /// <summary>What became of the frames.</summary>
    public Concentrator Concentrator { get; }

    /// <summary>Frames that the concentrator could not hear.</summary>
    public int TooWeak => _radio.TooWeak;

    /// <summary>Why no number could be had for a frame, or null.</summary>
    public string? CounterFailure => _state.LiveCounter.LastFailure;

    /// <summary>Takes bytes from the receiver.</summary>
    public void Receive(byte[] buffer, int offset, int count) => _parser.Feed(buffer, offset, count, _clock.MonotonicMs);

    /// <summary>Tells that the receiver is quiet now.</summary>
    public void Idle() => _parser.Idle(_clock.MonotonicMs);

    /// <summary>Tells that no more bytes will come.</summary>
    public void Flush() => _parser.Flush();

    /// <inheritdoc/>
    void IFixSink.OnFix(Fix fix)
    {
        _radio.Boat = new GeoPoint(fix.LatitudeE7 / 1e7, fix.LongitudeE7 / 1e7);
        if (!_stationPlaced)
        {
            _air.Station = ShoreStation.Near(_radio.Boat);
            _stationPlaced = true;
        }

        Reporter.Report(fix);
    }

    /// <inheritdoc/>
    void IFixSink.OnRefused(Fix fix, FixRefusal reason)
    {
        // The parser's counters have it; a refused fix has no further way.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Concentrator.Dispose();
        _state.Dispose();
        _aes.Dispose();
    }
}

/// <summary>The world around a unit's antenna.</summary>
/// <param name="Concentrator">How the concentrator behaves.</param>
/// <param name="Station">Where it stands; null for some kilometres from the first fix, wherever a log was recorded.</param>
/// <param name="HearsEverything">Whether it hears frames that are too weak.</param>
/// <param name="Seed">Which of all airs.</param>
public sealed record RadioSettings(ConcentratorOptions Concentrator, ShoreStation? Station, bool HearsEverything, int Seed);
