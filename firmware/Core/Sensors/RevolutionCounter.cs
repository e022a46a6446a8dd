using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Sensors;

/// <summary>An engine's pulse sensor and what is believed of it.</summary>
public sealed class RevolutionOptions
{
    /// <summary>
    /// Pulses for each hundred turns of the crankshaft: 100 for one magnet, and for an alternator's W terminal pole
    /// pairs x pulley ratio, which is no whole number.
    /// </summary>
    public int PulsesPerHundredRevolutions = 100;

    /// <summary>Pulses are counted for at least so long: at 600 rpm and one pulse a turn a step is then 30 rpm.</summary>
    public int WindowMs = 2_000;

    /// <summary>What no engine on board reaches: more is interference on the wire.</summary>
    public int HighestRpm = 6_500;

    /// <summary>From here on the engine runs and its hours count; a starter turns it with 150 to 250.</summary>
    public int RunningFromRpm = 400;
}

/// <summary>Revolutions and running hours of an engine, from a counter of pulses that only grows.</summary>
public sealed class RevolutionCounter
{
    private const int MsPerDecihour = 360_000;
    private const long PulsesPerWindowMax = 1_000_000_000;

    private readonly RevolutionOptions _options;
    private bool _hasWindow;
    private long _windowPulses;
    private long _windowAtMs;
    private long _runMs;
    private int _rpm = Fix.Unknown;

    /// <summary>Windows whose rate no engine reaches.</summary>
    public int OutOfRangeCount;

    /// <summary>Times that the counter went back: it was made anew, or it wrapped.</summary>
    public int WentBackCount;

    public RevolutionCounter(RevolutionOptions options)
    {
        _options = options;
    }

    /// <summary>Revolutions a minute over the last window, or <see cref="Fix.Unknown"/>.</summary>
    public int Rpm
    {
        get { return _rpm; }
    }

    /// <summary>What was counted last cannot be true.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>Tenths of an hour that the engine has run, those of <see cref="StartAt"/> included.</summary>
    public int Decihours
    {
        get { return (int)(_runMs / MsPerDecihour); }
    }

    /// <summary>What was kept from before the start.</summary>
    public void StartAt(int decihours)
    {
        _runMs = (long)decihours * MsPerDecihour;
    }

    /// <summary>The count so far. The first call begins a window and tells nothing yet.</summary>
    public void Offer(long pulses, long nowMs)
    {
        if (!_hasWindow || pulses < _windowPulses)
        {
            if (_hasWindow)
            {
                WentBackCount++;
                _rpm = Fix.Unknown;
            }

            Begin(pulses, nowMs);
            return;
        }

        long elapsedMs = nowMs - _windowAtMs;
        if (elapsedMs < _options.WindowMs)
        {
            return;
        }

        Judge(pulses - _windowPulses, elapsedMs);
        Begin(pulses, nowMs);
    }

    /// <summary>The counter could not be read.</summary>
    public void Miss()
    {
        _hasWindow = false;
        _rpm = Fix.Unknown;
        IsFaulty = true;
    }

    private void Begin(long pulses, long nowMs)
    {
        _hasWindow = true;
        _windowPulses = pulses;
        _windowAtMs = nowMs;
    }

    private void Judge(long pulses, long elapsedMs)
    {
        // A count past this would overflow the product below; no counter reaches it in a window.
        long divisor = elapsedMs * _options.PulsesPerHundredRevolutions;
        long rpm = pulses > PulsesPerWindowMax ? long.MaxValue : ((pulses * 6_000_000) + (divisor / 2)) / divisor;
        IsFaulty = rpm > _options.HighestRpm;
        if (IsFaulty)
        {
            OutOfRangeCount++;
            _rpm = Fix.Unknown;
            return;
        }

        _rpm = (int)rpm;
        if (_rpm >= _options.RunningFromRpm)
        {
            _runMs += elapsedMs;
        }
    }
}
