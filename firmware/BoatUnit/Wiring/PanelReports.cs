using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// What the crew does and what the sensors notice becomes events, and what became of them is shown on the panel.
/// </summary>
public sealed class PanelReports : ISosIndicator
{
    private const int ProgressEveryMs = 1_000;

    private readonly PanelInputs _inputs;
    private readonly PanelOutputs _outputs;
    private readonly BoardSensors _sensors;
    private readonly EventReport _entered = new EventReport();
    private readonly PanelState _shown = new PanelState();
    private Reporting _reporting;
    private uint _sosCounter;
    private bool _isRestored;
    private long _progressAtMs;

    public PanelReports(PanelInputs inputs, PanelOutputs outputs, BoardSensors sensors)
    {
        _inputs = inputs;
        _outputs = outputs;
        _sensors = sensors;
    }

    /// <summary>What the panel shows.</summary>
    public PanelState Shown => _shown;

    /// <summary>The shore's code to the last SOS, 1 to 255; 0 for none.</summary>
    public int SosCode { get; private set; }

    /// <summary>Whether SOS or man overboard was raised since the start, taken back or not.</summary>
    public bool HasCalledForHelp { get; private set; }

    /// <summary>From when on events are reported: a unit without a key shows them only.</summary>
    public void Use(Reporting reporting)
    {
        _reporting = reporting;
    }

    /// <summary>Buttons, switches and the sensors' alarms, and what the lamps say to them.</summary>
    public void Poll(long nowMs)
    {
        _inputs.Poll(nowMs);
        if (_reporting != null)
        {
            RaiseButtons(nowMs);
            RaiseSensors(nowMs);
            RestoreSos(nowMs);
            _reporting.Condition.Alarm = _inputs.Sos.IsRaised || _inputs.ManOverboard.IsRaised;
        }

        Show(nowMs);
    }

    /// <inheritdoc/>
    public bool TryShowAcknowledged(uint eventCounter, int code)
    {
        if (_shown.Sos == SosProgress.None || eventCounter != _sosCounter)
        {
            return false;
        }

        SosCode = code;
        _shown.Sos = SosProgress.Acknowledged;
        return true;
    }

    private void RaiseButtons(long nowMs)
    {
        if (_inputs.Sos.TakeRaised())
        {
            HasCalledForHelp = true;
            _reporting.Events.Raise(EventKind.Sos, nowMs);
            SosCode = 0;
            _shown.Sos = SosProgress.Raised;
        }

        if (_inputs.Sos.TakeCancelled())
        {
            _shown.Sos = SosProgress.None;
        }

        if (_inputs.ManOverboard.TakeRaised())
        {
            HasCalledForHelp = true;
            _reporting.Events.Raise(EventKind.ManOverboard, nowMs);
        }

        if (_inputs.Entry.TryTake(_entered))
        {
            _reporting.Events.Raise(_entered, nowMs);
        }
    }

    // An SOS that nobody had acknowledged when the power failed: the alarm is on again, and the lamp goes on from where it was.
    private void RestoreSos(long nowMs)
    {
        long counter = _reporting.Dispatcher.SosFromRecord;
        if (_isRestored || counter == LinkDispatcher.NoCounter)
        {
            return;
        }

        _isRestored = true;
        _inputs.Sos.Restore(nowMs);
        if (_shown.Sos == SosProgress.None)
        {
            _sosCounter = (uint)counter;
            _shown.Sos = SosProgress.Raised;
        }
    }

    private void RaiseSensors(long nowMs)
    {
        if (_inputs.TakeOpened())
        {
            _reporting.Events.Raise(EventKind.Tamper, 0, nowMs);
        }

        if (_sensors.TakeBilgeWorse())
        {
            _reporting.Events.Raise(EventKind.Bilge, (int)_sensors.Readings.Bilge, nowMs);
        }

        if (_sensors.TakePowerChanged())
        {
            _reporting.Events.Raise(EventKind.Power, _sensors.Readings.OnBattery ? 1 : 0, nowMs);
        }
    }

    private void Show(long nowMs)
    {
        bool isOpen = _shown.Sos != SosProgress.None && _shown.Sos != SosProgress.Acknowledged;
        if (_reporting != null && isOpen && nowMs >= _progressAtMs)
        {
            _progressAtMs = nowMs + ProgressEveryMs;
            _sosCounter = _reporting.Events.HasSos ? _reporting.Events.LastSosCounter : _sosCounter;
            _shown.Sos = ProgressOf(_sosCounter);
        }

        _shown.ManOverboard = _inputs.ManOverboard.IsRaised;
        _shown.Bilge = _sensors.Readings.Bilge;
        _shown.Entry = _inputs.Entry.Field;
        _shown.EntryShown = _inputs.Entry.Shown;
        _outputs.Poll(_shown, nowMs);
    }

    // Acknowledged is what the shore's command says, or its acknowledgement of the frame: a person, or a machine.
    private SosProgress ProgressOf(uint counter)
    {
        switch (_reporting.Dispatcher.ProgressOf(counter))
        {
            case UrgentProgress.Sent:
                return SosProgress.Sent;
            case UrgentProgress.Acknowledged:
                // What waits in RAM is not in the record either, and nobody has acknowledged it.
                return _reporting.Events.IsSosWaiting ? _shown.Sos : SosProgress.Acknowledged;
            default:
                return _shown.Sos;
        }
    }
}
