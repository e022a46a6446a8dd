using System.Collections.Concurrent;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Air;

/// <summary>
/// The air between one boat's transceiver and one concentrator, both ways. What the boat's registers say decides whether
/// it is heard. One thread drives it with the boat's time; the concentrator's orders wait until <see cref="Pump"/>.
/// </summary>
/// <remarks>No other boats and no collisions, and the boat's noise is taken to be the concentrator's.</remarks>
public sealed class SeaAir : IAirPort
{
    private const int Channels = 8;
    private const int ChannelStepHz = 200_000;
    private const int SyncWord = 0x34;

    // The forwarder refuses what is further ahead than this (TOO_EARLY in its own source: TX_MAX_ADVANCE_DELAY).
    private const int EarliestUs = 3 * 128 * 1_000_000;

    private readonly SimulatedTime _time;
    private readonly SeaPropagation _propagation;
    private readonly Concentrator _concentrator;
    private readonly int _firstChannelHz;
    private readonly uint _counterStartUs;
    private readonly ConcurrentQueue<(Downlink Order, long StartUs)> _orders = new();

    /// <param name="time">The boat's time, which paces the concentrator's counter.</param>
    /// <param name="propagation">What the sea does to a signal.</param>
    /// <param name="concentrator">Who listens, and sends what it is told.</param>
    /// <param name="firstChannelHz">Of its eight, 200 kHz apart: 921.4 MHz for AS923-2.</param>
    /// <param name="counterStartUs">Its counter at time zero.</param>
    public SeaAir(
        SimulatedTime time, SeaPropagation propagation, Concentrator concentrator, int firstChannelHz, uint counterStartUs)
    {
        ArgumentNullException.ThrowIfNull(concentrator);
        _time = time;
        _propagation = propagation;
        _concentrator = concentrator;
        _firstChannelHz = firstChannelHz;
        _counterStartUs = counterStartUs;
        concentrator.Transmitter = Order;
    }

    /// <summary>Where the boat is.</summary>
    public GeoPoint Boat { get; set; }

    /// <summary>The boat's transceiver, to which downlinks go.</summary>
    public SimulatedTransceiver? Radio { get; set; }

    /// <summary>Frames that the concentrator heard.</summary>
    public int Heard { get; private set; }

    /// <summary>Frames that were too weak for it.</summary>
    public int TooWeak { get; private set; }

    /// <summary>Frames that it does not listen for: another channel, modulation, sync word or polarity, or no CRC.</summary>
    public int NotListenedFor { get; private set; }

    /// <summary>Downlinks that the boat took in.</summary>
    public int DownlinksHeard { get; private set; }

    /// <summary>Downlinks that the boat did not: too weak, not receiving, or set otherwise.</summary>
    public int DownlinksMissed { get; private set; }

    /// <inheritdoc/>
    public void Transmitted(LoRaEmission emission)
    {
        ArgumentNullException.ThrowIfNull(emission);
        var channel = (int)Math.Round((emission.FrequencyHz - _firstChannelHz) / (double)ChannelStepHz);
        var offsetHz = Math.Abs(emission.FrequencyHz - _firstChannelHz - (channel * ChannelStepHz));
        var modulation = new LoRaModulation(emission.SpreadingFactor);
        if (channel is < 0 or >= Channels
            || offsetHz > LoRaModulation.BandwidthHz / 4
            || emission.BandwidthHz != LoRaModulation.BandwidthHz
            || emission.SyncWord != SyncWord
            || emission.IqIsInverted
            || !emission.HasCrc
            || emission.LowDataRateOptimize != IsLowRate(emission.SpreadingFactor, emission.BandwidthHz))
        {
            NotListenedFor++;
            return;
        }

        var level = _propagation.LevelFrom(Boat, emission.PowerDbm);
        if (level.SnrDb < modulation.SnrLimitDb)
        {
            TooWeak++;
            return;
        }

        Heard++;
        _concentrator.Hear(new Reception(
            emission.Frame,
            unchecked(_counterStartUs + (uint)emission.EndUs),
            channel,
            _firstChannelHz + (channel * ChannelStepHz),
            modulation,
            level));
    }

    /// <summary>Puts what the concentrator was told to send on the air, at its time. Called on the thread that moves the time.</summary>
    public void Pump()
    {
        while (_orders.TryDequeue(out var next))
        {
            var order = next.Order;
            var lowRate = IsLowRate(order.SpreadingFactor, order.BandwidthHz);
            var startUs = Math.Max(next.StartUs, _time.NowUs);
            var endUs = startUs + LoRaEmission.DurationUs(
                order.SpreadingFactor,
                order.BandwidthHz,
                order.CodingRateDenominator,
                order.PreambleSymbols,
                order.HasCrc,
                lowRate,
                order.Frame.Length);
            var emission = new LoRaEmission(
                order.Frame,
                order.FrequencyHz,
                order.BandwidthHz,
                order.SpreadingFactor,
                order.CodingRateDenominator,
                order.PreambleSymbols,
                SyncWord,
                order.IqIsInverted,
                order.HasCrc,
                lowRate,
                order.PowerDbm,
                startUs,
                endUs);
            _time.At(endUs, () => Deliver(emission));
        }
    }

    private static bool IsLowRate(int spreadingFactor, int bandwidthHz) =>
        Core.Links.TimeOnAir.LowDataRateOptimize(spreadingFactor, bandwidthHz);

    private void Deliver(LoRaEmission emission)
    {
        var level = _propagation.LevelFrom(Boat, emission.PowerDbm);
        if (Radio is not null && Radio.Deliver(emission, level.SignalDbm, level.SnrDb, isWhole: true))
            DownlinksHeard++;
        else
            DownlinksMissed++;
    }

    // On the concentrator's thread. Its answer, as TX_ACK names it; null to send.
    private string? Order(Downlink order)
    {
        var nowUs = _time.NowUs;
        if (order.CounterUs is not { } counterUs)
        {
            _orders.Enqueue((order, nowUs));
            return null;
        }

        var aheadUs = unchecked((int)(counterUs - (_counterStartUs + (uint)nowUs)));
        if (aheadUs < 0)
            return "TOO_LATE";
        if (aheadUs > EarliestUs)
            return "TOO_EARLY";

        _orders.Enqueue((order, nowUs + aheadUs));
        return null;
    }
}
