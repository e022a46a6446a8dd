using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Sensors;

/// <summary>How far an SOS has come; the crew sees it at the lamp.</summary>
public enum SosProgress
{
    None = 0,

    /// <summary>Raised, nothing sent yet.</summary>
    Raised = 1,

    /// <summary>On the air at least once.</summary>
    Sent = 2,

    /// <summary>The shore has it.</summary>
    Acknowledged = 3,
}

/// <summary>What the lamps and the buzzer are to tell; kept up to date by the unit.</summary>
public sealed class PanelState
{
    /// <summary>How far the SOS has come.</summary>
    public SosProgress Sos;

    /// <summary>Man overboard is on.</summary>
    public bool ManOverboard;

    /// <summary>The position is known.</summary>
    public bool HasFix;

    /// <summary>Anything is at fault.</summary>
    public bool HasFault;

    /// <summary>Safe mode.</summary>
    public bool SafeMode;

    /// <summary>The bilge.</summary>
    public BilgeState Bilge;

    /// <summary>The field of a contact report that is being entered.</summary>
    public ContactField Entry;

    /// <summary>Its value.</summary>
    public int EntryShown;
}

/// <summary>
/// Two lamps and a buzzer. The alarm lamp tells the SOS and nothing hides it: fast blinking while nothing was sent, calm
/// while the shore has not answered, steady when it has, with three tones at that moment.
/// </summary>
public sealed class PanelIndication
{
    private readonly IndicatorPlayer _status = new IndicatorPlayer();
    private readonly IndicatorPlayer _alarm = new IndicatorPlayer();
    private readonly IndicatorPlayer _buzzer = new IndicatorPlayer();
    private readonly IndicatorPattern _number = IndicatorPattern.ForNumbers();
    private SosProgress _sos;
    private bool _manOverboard;
    private ContactField _entry;
    private int _entryShown;

    /// <summary>The status lamp is lit.</summary>
    public bool IsStatusLit { get; private set; }

    /// <summary>The alarm lamp is lit.</summary>
    public bool IsAlarmLit { get; private set; }

    /// <summary>The buzzer sounds.</summary>
    public bool IsSounding { get; private set; }

    /// <summary>Sets what each is to do now.</summary>
    public void Poll(PanelState state, long nowMs)
    {
        ShowNumber(state, nowMs);
        if (state.Entry == ContactField.None)
        {
            _status.Show(StatusPattern(state), nowMs);
        }

        _alarm.Show(AlarmPattern(state), nowMs);
        Sound(state, nowMs);
        IsStatusLit = _status.Poll(nowMs);
        IsAlarmLit = _alarm.Poll(nowMs);
        IsSounding = _buzzer.Poll(nowMs);
    }

    private static IndicatorPattern StatusPattern(PanelState state)
    {
        if (state.SafeMode)
        {
            return IndicatorPattern.SafeMode;
        }

        if (state.HasFault)
        {
            return IndicatorPattern.Fault;
        }

        return state.HasFix ? IndicatorPattern.Heartbeat : IndicatorPattern.NoFix;
    }

    private static IndicatorPattern AlarmPattern(PanelState state)
    {
        switch (state.Sos)
        {
            case SosProgress.Raised:
                return IndicatorPattern.SosRaised;
            case SosProgress.Sent:
                return IndicatorPattern.SosSent;
            case SosProgress.Acknowledged:
                return IndicatorPattern.On;
            default:
                return state.ManOverboard ? IndicatorPattern.ManOverboard : IndicatorPattern.Off;
        }
    }

    private void ShowNumber(PanelState state, long nowMs)
    {
        bool isNew = state.Entry != _entry || state.EntryShown != _entryShown;
        if (isNew && state.Entry != ContactField.None)
        {
            _number.SetNumber(state.EntryShown);
            _status.Begin(_number, nowMs);
            _buzzer.Begin(IndicatorPattern.Click, nowMs);
        }

        _entry = state.Entry;
        _entryShown = state.EntryShown;
    }

    private void Sound(PanelState state, long nowMs)
    {
        if (state.Sos == SosProgress.Acknowledged && _sos != SosProgress.Acknowledged)
        {
            _buzzer.Begin(IndicatorPattern.Acknowledged, nowMs);
        }
        else if ((state.Sos != SosProgress.None && _sos == SosProgress.None) || (state.ManOverboard && !_manOverboard))
        {
            _buzzer.Begin(IndicatorPattern.Raised, nowMs);
        }
        else if (_buzzer.Pattern == IndicatorPattern.HighWater && state.Bilge != BilgeState.HighWater)
        {
            _buzzer.Begin(IndicatorPattern.Off, nowMs);
        }
        else if (_buzzer.Pattern == IndicatorPattern.Off && state.Bilge == BilgeState.HighWater)
        {
            _buzzer.Begin(IndicatorPattern.HighWater, nowMs);
        }

        _sos = state.Sos;
        _manOverboard = state.ManOverboard;
    }
}
