using System;
using System.Device.Gpio;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// What the drivers of both families share: which order may follow which, the deadlines, and what becomes of a chip that
/// does not answer. The chip's own side (registers, commands) is in <see cref="Sx127x"/> and <see cref="Sx126x"/>.
/// </summary>
/// <remarks>
/// A setting's InvertIq is for reception alone: boats send, and look for others' preambles before they send, uninverted.
/// One thread drives it. Nothing is allocated after the constructor.
/// </remarks>
public abstract partial class LoRaTransceiver : IRadio
{
    /// <summary>The longest frame: its length is one byte (SX1276 datasheet 4.1.1.6, SX1262 datasheet 6.1.3).</summary>
    public const int FrameBytesMax = TimeOnAir.FrameBytesMax;

    /// <summary>What a frame may take beyond its time on air: the PA's ramp, the main loop's step, the clock's grain.</summary>
    public const int TransmitMarginMs = 60;

    // SX1276 datasheet 4.1.1.6: the programmed length is 6 to 65535 symbols.
    private const int PreambleSymbolsMin = 6;
    private const int PreambleSymbolsMax = 65_535;

    /// <summary>What has happened.</summary>
    public readonly TransceiverTally Tally = new TransceiverTally();

    private readonly IClock _clock;
    private readonly GpioPin _reset;
    private readonly GpioPin _interrupt;
    private readonly byte[] _received = new byte[FrameBytesMax];
    private int _receivedLength;
    private bool _isConfigured;
    private RadioState _state = RadioState.NotStarted;
    private long _dueMs;
    private int _busyAboveDbm;

    protected LoRaTransceiver(RadioBus bus, GpioPin reset, GpioPin interrupt, IClock clock, IChipPause pause)
    {
        Bus = bus ?? throw new ArgumentNullException(nameof(bus));
        _reset = reset ?? throw new ArgumentNullException(nameof(reset));
        _interrupt = interrupt ?? throw new ArgumentNullException(nameof(interrupt));
        _clock = clock ?? throw new ArgumentNullException(nameof(clock));
        Pause = pause ?? throw new ArgumentNullException(nameof(pause));

        // NRESET has a pull-up in the chip and is to be released, not driven high (SX1276 datasheet 7.2.2).
        _reset.SetPinMode(PinMode.OutputOpenDrain);
        _reset.Write(PinValue.High);
        _interrupt.SetPinMode(PinMode.Input);
    }

    private enum RadioState
    {
        NotStarted = 0,
        Standby,
        Sleeping,
        Transmitting,
        Receiving,

        /// <summary>Measures the channel's level, before it looks for preambles.</summary>
        Sensing,

        /// <summary>Looks for preambles.</summary>
        Detecting,
    }

    /// <inheritdoc/>
    public int RssiDbm { get; private set; } = RadioLevel.Unknown;

    /// <inheritdoc/>
    public int SnrCdb { get; private set; } = RadioLevel.Unknown;

    protected RadioBus Bus { get; }

    protected IChipPause Pause { get; }

    /// <summary>The settings taken over last; the driver's own copy.</summary>
    protected RadioSettings Settings { get; } = new RadioSettings();

    /// <inheritdoc/>
    public RadioResult Start()
    {
        _isConfigured = false;
        return Settle(Boot());
    }

    /// <summary>
    /// Takes over and programs the settings; what the chip was doing (receiving, looking at the channel) ends.
    /// </summary>
    public RadioResult Configure(RadioSettings settings)
    {
        if (settings is null)
        {
            throw new ArgumentNullException(nameof(settings));
        }

        RadioResult ready = Ready();
        if (ready != RadioResult.Done)
        {
            return ready;
        }

        if (!IsModulation(settings) || !Accepts(settings))
        {
            return RadioResult.BadSettings;
        }

        Copy(settings, Settings);
        _isConfigured = true;
        return Settle(Program());
    }

    /// <inheritdoc/>
    public RadioResult StartTransmit(byte[] frame, int offset, int length)
    {
        if (frame is null)
        {
            throw new ArgumentNullException(nameof(frame));
        }

        if (length < 1 || length > FrameBytesMax)
        {
            return RadioResult.BadLength;
        }

        if (offset < 0 || offset > frame.Length - length)
        {
            throw new ArgumentException("The frame is not in the array.");
        }

        RadioResult result = Begin();
        if (result == RadioResult.Done)
        {
            result = Settle(BeginTransmit(frame, offset, length));
        }

        if (result == RadioResult.Done)
        {
            int airUs = TimeOnAir.FrameUs(
                Settings.SpreadingFactor,
                Settings.BandwidthHz,
                Settings.CodingRateDenominator,
                Settings.PreambleSymbols,
                length);
            Enter(RadioState.Transmitting, ((airUs + 999) / 1000) + TransmitMarginMs);
        }

        return result;
    }

    /// <inheritdoc/>
    public RadioResult StartReceive()
    {
        RadioResult result = Begin();
        if (result == RadioResult.Done)
        {
            result = Settle(BeginReceive(Settings.InvertIq));
        }

        if (result == RadioResult.Done)
        {
            Enter(RadioState.Receiving, HealthEveryMs);
        }

        return result;
    }

    /// <summary>
    /// Listens for <see cref="CarrierSenseMs"/> where a level is given, then looks once for preambles.
    /// </summary>
    /// <param name="busyAboveDbm">
    /// The level; <see cref="RadioLevel.Unknown"/> where the region asks for no listening and preambles are enough.
    /// </param>
    public RadioResult StartChannelActivity(int busyAboveDbm)
    {
        _busyAboveDbm = busyAboveDbm;
        RadioResult result = Begin();
        if (result != RadioResult.Done)
        {
            return result;
        }

        if (busyAboveDbm == RadioLevel.Unknown)
        {
            return StartDetection();
        }

        result = Settle(BeginReceive(false));
        if (result == RadioResult.Done)
        {
            Enter(RadioState.Sensing, CarrierSenseMs);
        }

        return result;
    }

    /// <inheritdoc/>
    public int TakeReceived(byte[] buffer, int offset)
    {
        if (buffer is null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        int length = _receivedLength;
        if (offset < 0 || length > buffer.Length - offset)
        {
            return 0;
        }

        _receivedLength = 0;
        Array.Copy(_received, 0, buffer, offset, length);
        return length;
    }

    /// <inheritdoc/>
    public RadioResult Sleep()
    {
        if (_state == RadioState.NotStarted)
        {
            return RadioResult.NotStarted;
        }

        if (_state == RadioState.Sleeping)
        {
            return RadioResult.Done;
        }

        RadioResult result = Settle(GoToSleep());
        if (result == RadioResult.Done)
        {
            _state = RadioState.Sleeping;
        }

        return result;
    }

    private static bool IsModulation(RadioSettings s)
    {
        return (s.BandwidthHz == 125_000 || s.BandwidthHz == 250_000 || s.BandwidthHz == 500_000)
            && s.SpreadingFactor >= TimeOnAir.SpreadingFactorMin && s.SpreadingFactor <= TimeOnAir.SpreadingFactorMax
            && s.CodingRateDenominator >= TimeOnAir.CodingRateDenominatorMin
            && s.CodingRateDenominator <= TimeOnAir.CodingRateDenominatorMax
            && s.PreambleSymbols >= PreambleSymbolsMin && s.PreambleSymbols <= PreambleSymbolsMax
            && s.SyncWord >= 0 && s.SyncWord <= 0xFF;
    }

    private static void Copy(RadioSettings from, RadioSettings to)
    {
        to.FrequencyHz = from.FrequencyHz;
        to.BandwidthHz = from.BandwidthHz;
        to.SpreadingFactor = from.SpreadingFactor;
        to.CodingRateDenominator = from.CodingRateDenominator;
        to.PreambleSymbols = from.PreambleSymbols;
        to.PowerDbm = from.PowerDbm;
        to.SyncWord = from.SyncWord;
        to.InvertIq = from.InvertIq;
    }

    // Standby, whatever the chip was doing; refused while it sends.
    private RadioResult Ready()
    {
        switch (_state)
        {
            case RadioState.NotStarted:
                return RadioResult.NotStarted;
            case RadioState.Transmitting:
                return RadioResult.Transmitting;
            case RadioState.Sleeping:
                return Settle(Wake());
            default:
                return Settle(Standby());
        }
    }

    private RadioResult Begin()
    {
        RadioResult ready = Ready();
        if (ready != RadioResult.Done)
        {
            return ready;
        }

        return _isConfigured ? RadioResult.Done : RadioResult.BadSettings;
    }

    private RadioResult StartDetection()
    {
        RadioResult result = Settle(BeginDetection());
        if (result == RadioResult.Done)
        {
            int symbolUs = TimeOnAir.SymbolUs(Settings.SpreadingFactor, Settings.BandwidthHz);
            Enter(RadioState.Detecting, (symbolUs * DetectionSymbolsMax / 1000) + DetectionMarginMs);
        }

        return result;
    }

    // After an order to the chip: it stands by, or is given up.
    private RadioResult Settle(RadioResult result)
    {
        _state = result == RadioResult.Done ? RadioState.Standby : RadioState.NotStarted;
        if (result == RadioResult.NotThere)
        {
            Tally.NotThere++;
        }
        else if (result == RadioResult.Stuck)
        {
            Tally.Stuck++;
        }

        return result;
    }

    private void Enter(RadioState state, int dueInMs)
    {
        _state = state;

        // One more, because the millisecond that is running counts as the first.
        _dueMs = _clock.MonotonicMs + dueInMs + 1;
    }
}
