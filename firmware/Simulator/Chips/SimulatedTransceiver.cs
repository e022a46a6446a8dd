using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>What is wrong with a transceiver.</summary>
public enum TransceiverFault
{
    None = 0,

    /// <summary>It sends, and says so neither at its pin nor in its register.</summary>
    NeverTxDone,

    /// <summary>It says that it has sent in its register, but the pin's wire is broken.</summary>
    PinBroken,

    /// <summary>A detection of preambles never ends.</summary>
    NeverCadDone,

    /// <summary>MISO is stuck high, or no chip is fitted and the line is pulled up.</summary>
    SpiAllOnes,

    /// <summary>MISO is stuck low.</summary>
    SpiAllZeros,

    /// <summary>It never becomes free: BUSY stays high, or no mode is ever reached.</summary>
    Stuck,
}

/// <summary>
/// What the two simulated transceivers share: their wires, time, the antenna, and what a receiver makes of a frame. Time
/// goes by outside; a chip changes its lines at the instants at which a real one does.
/// </summary>
public abstract class SimulatedTransceiver : ISpiChip
{
    /// <summary>Thermal noise over 125 kHz at a noise figure of 6 dB, dBm.</summary>
    public const int NoiseDbm = -117;

    // A receiver that comes on during the preamble still catches the frame while this much of it is left.
    private const int PreambleSymbolsNeeded = 5;

    // What a modem tolerates of carrier offset: a quarter of the bandwidth (SX1276 datasheet 4.1.1.4 and Semtech AN1200.14).
    private const int OffsetPerBandwidth = 4;

    private readonly GpioLine _reset;
    private int _era;

    protected SimulatedTransceiver(SimulatedTime time, IAirPort air, GpioLine reset, GpioLine interrupt)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(air);
        ArgumentNullException.ThrowIfNull(reset);
        ArgumentNullException.ThrowIfNull(interrupt);
        Time = time;
        Air = air;
        Interrupt = interrupt;
        _reset = reset;
        _reset.Drive(true);
        _reset.Changed += isHigh =>
        {
            if (isHigh)
                Restart();
            else
                Halt();
        };
    }

    /// <summary>What is wrong with it now.</summary>
    public TransceiverFault Fault { get; set; }

    /// <summary>The level on its channel, dBm.</summary>
    public int ChannelDbm { get; set; } = NoiseDbm;

    /// <summary>Somebody's preamble is on its channel.</summary>
    public bool PreambleIsOnAir { get; set; }

    /// <summary>Transactions until now.</summary>
    public long Transactions { get; private set; }

    /// <summary>Why it did not take something that it was told, in words; empty for a driver that does everything right.</summary>
    public IList<string> Complaints { get; } = [];

    /// <summary>Whether it sends now.</summary>
    public bool IsTransmitting { get; protected set; }

    /// <summary>Since when it receives, microseconds; null if it does not.</summary>
    public long? ReceivingSinceUs { get; protected set; }

    /// <summary>The frequency that its registers say.</summary>
    public abstract int FrequencyHz { get; }

    protected SimulatedTime Time { get; }

    protected IAirPort Air { get; }

    protected GpioLine Interrupt { get; }

    /// <summary>Loses everything it was told, as after a brown-out.</summary>
    public void ResetByItself()
    {
        Halt();
        Restart();
    }

    /// <summary>
    /// Gives the end of a frame to its antenna. True if it took it in; also with a CRC that turned out wrong.
    /// </summary>
    /// <param name="emission">What is on the air.</param>
    /// <param name="signalDbm">Its level there.</param>
    /// <param name="snrDb">Its distance from the noise.</param>
    /// <param name="isWhole">False if bits were lost on the way, so that the CRC does not fit.</param>
    public bool Deliver(LoRaEmission emission, double signalDbm, double snrDb, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(emission);
        if (ReceivingSinceUs is not { } sinceUs || !Hears(emission))
            return false;

        var symbolUs = 1e6 * (1 << emission.SpreadingFactor) / emission.BandwidthHz;
        var latestUs = emission.StartUs + (Math.Max(0, emission.PreambleSymbols - PreambleSymbolsNeeded) * symbolUs);
        if (sinceUs > latestUs || snrDb < new LoRaModulation(emission.SpreadingFactor).SnrLimitDb)
            return false;

        TakeIn(emission, signalDbm, snrDb, isWhole && emission.LowDataRateOptimize == ReceivesLowDataRate);
        return true;
    }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        Transactions++;
        fromChip.Clear();
        if (_reset.IsHigh && Fault is not (TransceiverFault.SpiAllOnes or TransceiverFault.SpiAllZeros))
            Answer(toChip, fromChip);
        else if (Fault == TransceiverFault.SpiAllOnes)
            fromChip.Fill(0xFF);
    }

    /// <summary>The settings that reception compares a frame with.</summary>
    protected abstract int BandwidthHz { get; }

    protected abstract int SpreadingFactor { get; }

    protected abstract int SyncWord { get; }

    protected abstract bool ReceivesInverted { get; }

    protected abstract bool ReceivesLowDataRate { get; }

    /// <summary>One transaction with a chip that works.</summary>
    protected abstract void Answer(ReadOnlySpan<byte> toChip, Span<byte> fromChip);

    /// <summary>All registers to their reset values, all lines to rest; the start-up time begins.</summary>
    protected abstract void PowerOn();

    protected abstract void TakeIn(LoRaEmission emission, double signalDbm, double snrDb, bool isWhole);

    /// <summary>Something that happens so much later, unless the chip is reset or told something else until then.</summary>
    protected void Later(long us, Action happening)
    {
        var era = _era;
        Time.In(us, () =>
        {
            if (era == _era)
                happening();
        });
    }

    /// <summary>Nothing that was under way happens any more.</summary>
    protected void Forget()
    {
        _era++;
        IsTransmitting = false;
        ReceivingSinceUs = null;
    }

    private bool Hears(LoRaEmission emission) =>
        Math.Abs(emission.FrequencyHz - FrequencyHz) <= BandwidthHz / OffsetPerBandwidth
        && emission.BandwidthHz == BandwidthHz
        && emission.SpreadingFactor == SpreadingFactor
        && emission.SyncWord == SyncWord
        && emission.IqIsInverted == ReceivesInverted;

    private void Halt()
    {
        Forget();
        Interrupt.Drive(false);
    }

    private void Restart()
    {
        Forget();
        Interrupt.Drive(false);
        PowerOn();
    }
}
