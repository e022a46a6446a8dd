using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Air;

/// <summary>
/// The boat's LoRa radio and the air up to one concentrator. As over the real air, a frame that is sent is not
/// therefore heard.
/// </summary>
public sealed class RadioLink : ILink
{
    // The recorded forwarder's channels, sx1302-forwarder.jsonl: 200 kHz apart from 923.2 MHz on.
    private const int FirstChannelHz = 923_200_000;
    private const int ChannelStepHz = 200_000;
    private const int Channels = 8;

    // Largest PHY payload under a dwell limit of 400 ms (design notes: AS923, dwell time 1), by spreading factor from 7 on.
    private static readonly int[] FrameBytesMaxByFactor = [255, 138, 66, 24, 0, 0];

    private readonly LoRaModulation _modulation;
    private readonly SeaPropagation _propagation;
    private readonly Concentrator _concentrator;
    private readonly IClock _clock;
    private readonly Random _random;
    private readonly bool _hearsEverything;
    private readonly uint _counterStartUs;

    /// <param name="modulation">The spreading factor of all frames.</param>
    /// <param name="propagation">The air.</param>
    /// <param name="concentrator">Who listens.</param>
    /// <param name="clock">Gives the concentrator's counter its pace.</param>
    /// <param name="seed">Which of all channel choices.</param>
    /// <param name="hearsEverything">
    /// Whether frames below the demodulator's limit are heard all the same: a replay tests the data's way and must not
    /// lose what the log's own boat never sent over this air.
    /// </param>
    public RadioLink(
        LoRaModulation modulation,
        SeaPropagation propagation,
        Concentrator concentrator,
        IClock clock,
        int seed,
        bool hearsEverything)
    {
        ArgumentNullException.ThrowIfNull(modulation);
        _modulation = modulation;
        _propagation = propagation;
        _concentrator = concentrator;
        _clock = clock;
        _random = new Random(seed);
        _hearsEverything = hearsEverything;
        _counterStartUs = (uint)_random.NextInt64(1L << 32);
    }

    /// <summary>Where the boat is: the air between depends on it.</summary>
    public GeoPoint Boat { get; set; }

    /// <summary>Frames that were too weak for the concentrator.</summary>
    public int TooWeak { get; private set; }

    /// <inheritdoc/>
    public int FrameBytesMax => FrameBytesMaxByFactor[_modulation.SpreadingFactor - LoRaModulation.SpreadingFactorMin];

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (length > FrameBytesMax)
            return LinkResult.TooLong;

        var level = _propagation.LevelFrom(Boat);
        if (level.SnrDb < _modulation.SnrLimitDb && !_hearsEverything)
        {
            TooWeak++;
            return LinkResult.Sent;
        }

        var channel = _random.Next(Channels);
        var endUs = (_clock.MonotonicMs * 1000) + _modulation.AirtimeUs(length);
        _concentrator.Hear(new Reception(
            frame.AsSpan(offset, length).ToArray(),
            unchecked(_counterStartUs + (uint)endUs),
            channel,
            FirstChannelHz + (channel * ChannelStepHz),
            _modulation,
            level));
        return LinkResult.Sent;
    }
}
