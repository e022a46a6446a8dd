using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>One transmission as it was on the air.</summary>
/// <param name="StartUs">True time.</param>
/// <param name="EndUs">True time.</param>
/// <param name="FrequencyHz">The channel.</param>
/// <param name="SpreadingFactor">7 to 12.</param>
/// <param name="Frame">What was sent.</param>
public sealed record Transmission(long StartUs, long EndUs, int FrequencyHz, int SpreadingFactor, byte[] Frame);

/// <summary>A transceiver that takes the time that the air takes, and fails now and then.</summary>
public sealed class SimulatedRadio : IRadio, IOutsideUnit
{
    private readonly VoyagePlan _plan;
    private readonly VoyageClock _clock;
    private readonly Agenda _agenda;
    private readonly Queue<RadioEvent> _events = new();
    private readonly Queue<byte[]> _received = new();
    private readonly RadioSettings _set = new();
    private bool _faulty;
    private int _work;

    public SimulatedRadio(VoyagePlan plan, VoyageClock clock, Agenda agenda, bool mayFail)
    {
        (_plan, _clock, _agenda) = (plan, clock, agenda);
        _faulty = mayFail && plan.HasRadioFaults;
    }

    /// <summary>Told of each transmission when it begins; a power cut does not shorten it here, which is to the safe side.</summary>
    public Action<Transmission>? OnAir { get; set; }

    /// <summary>Told of each reset, which ends what is on the air.</summary>
    public Action? WasReset { get; set; }

    /// <summary>Told of each failure.</summary>
    public Action? Failed { get; set; }

    public bool IsListening { get; private set; }

    /// <inheritdoc/>
    public int RssiDbm { get; private set; } = RadioLevel.Unknown;

    /// <inheritdoc/>
    public int SnrCdb { get; private set; } = RadioLevel.Unknown;

    /// <summary>A frame comes down; it is heard only by one that listens there.</summary>
    public bool Arrive(byte[] frame, int frequencyHz, int spreadingFactor)
    {
        if (!IsListening || _set.FrequencyHz != frequencyHz || _set.SpreadingFactor != spreadingFactor || !_set.InvertIq)
            return false;
        _received.Enqueue(frame);
        _events.Enqueue(RadioEvent.Received);
        RssiDbm = -100;
        SnrCdb = _plan.Random.Next(-1_500, 1_000);
        return true;
    }

    public void Heal() => _faulty = false;

    /// <inheritdoc/>
    public RadioResult Start()
    {
        _work++;
        WasReset?.Invoke();
        _events.Clear();
        _received.Clear();
        IsListening = false;
        return _faulty && _plan.Random.Next(4) == 0 ? Fail(RadioResult.NotThere) : RadioResult.Done;
    }

    /// <inheritdoc/>
    public RadioResult Configure(RadioSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_set.FrequencyHz, _set.SpreadingFactor, _set.InvertIq) = (settings.FrequencyHz, settings.SpreadingFactor, settings.InvertIq);
        (_set.BandwidthHz, _set.CodingRateDenominator) = (settings.BandwidthHz, settings.CodingRateDenominator);
        _set.PreambleSymbols = settings.PreambleSymbols;
        return RadioResult.Done;
    }

    /// <inheritdoc/>
    public RadioResult StartTransmit(byte[] frame, int offset, int length)
    {
        IsListening = false;
        if (_faulty && _plan.Random.Next(100) == 0)
            return Fail(RadioResult.NotThere);
        var startUs = (_clock.TrueMs * 1_000) + _plan.Random.Next(20_000);
        var us = TimeOnAir.FrameUs(_set.SpreadingFactor, _set.BandwidthHz, _set.CodingRateDenominator, _set.PreambleSymbols, length);
        var endMs = (startUs + us + 999) / 1_000;
        OnAir?.Invoke(new(startUs, startUs + us, _set.FrequencyHz, _set.SpreadingFactor, frame.AsSpan(offset, length).ToArray()));
        var silent = _faulty && _plan.Random.Next(100) == 0;
        if (silent)
            Failed?.Invoke();
        Later(endMs, silent ? RadioEvent.None : RadioEvent.Transmitted);
        return RadioResult.Done;
    }

    /// <inheritdoc/>
    public RadioResult StartReceive()
    {
        IsListening = true;
        return RadioResult.Done;
    }

    /// <inheritdoc/>
    public RadioResult StartChannelActivity(int busyAboveDbm)
    {
        IsListening = false;
        Later(_clock.TrueMs + 20, _plan.Random.Next(20) == 0 ? RadioEvent.ChannelBusy : RadioEvent.ChannelFree);
        return RadioResult.Done;
    }

    /// <inheritdoc/>
    public RadioEvent Poll()
    {
        if (_events.TryDequeue(out var happened))
            return happened;
        if (!_faulty || _plan.Random.Next(20_000) > 0)
            return RadioEvent.None;
        Failed?.Invoke();
        return RadioEvent.Lost;
    }

    /// <inheritdoc/>
    public int TakeReceived(byte[] buffer, int offset)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var frame = _received.Dequeue();
        if (frame.Length > buffer.Length - offset)
            return 0;
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }

    /// <inheritdoc/>
    public RadioResult Sleep() => RadioResult.Done;

    private RadioResult Fail(RadioResult result)
    {
        Failed?.Invoke();
        return result;
    }

    // What was begun before a restart ends unheard.
    private void Later(long ms, RadioEvent happened)
    {
        var work = _work;
        _agenda.At(ms, () =>
        {
            if (work == _work && happened != RadioEvent.None)
                _events.Enqueue(happened);
        });
    }
}
