using System;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Supervision;

/// <summary>What the owner may set of the supervisor.</summary>
public sealed class SupervisorOptions
{
    /// <summary>So many resets that nobody asked for...</summary>
    public int SafeModeResets = 3;

    /// <summary>...within this time make safe mode, seconds of running. The time without power is not known and not counted.</summary>
    public int SafeModeWindowS = 600;

    /// <summary>Safe mode ends after this long without a reset, seconds.</summary>
    public int SafeModeStableS = 1_800;

    /// <summary>How often the run's length is saved while a recent reset counts, seconds: what a reset may lose of it.</summary>
    public int CheckpointS = 60;

    /// <summary>Half a period of the external watchdog's line, milliseconds. Its time-out must be several of these.</summary>
    public int WatchdogToggleMs = 500;

    /// <summary>From the request of a reboot to the reboot, milliseconds: the console's answer leaves the port in it.</summary>
    public int RebootDelayMs = 500;
}

/// <summary>Why the unit reboots itself when all is well. Part of the log's interface.</summary>
public enum RebootReason
{
    Console = 0,
    ConfigChanged = 1,
    KeyChanged = 2,
    Command = 3,
}

/// <summary>
/// Watches the unit's loops. While every loop beats in its time the external watchdog gets its edges; when one does not,
/// the cause is made durable and the unit reboots. After resets in quick succession it starts in safe mode.
/// </summary>
/// <remarks>
/// <para><see cref="Poll"/> belongs to the main loop. What hangs that loop itself is noticed by <see cref="Watch"/>, from
/// a timer's thread of its own; if the whole machine hangs, the external watchdog's edges cease, and after that reset no
/// cause is on record.</para>
/// <para>The record costs one save at each start and one a minute for the ten minutes after a reset: at 512 bytes a
/// save, below 6 KB a start.</para>
/// </remarks>
public sealed class Supervisor
{
    /// <summary>Loops that can be watched.</summary>
    public const int LoopsMax = 8;

    private const int UnregisteredLoop = -1;

    private readonly RunRecord _record;
    private readonly IReboot _reboot;
    private readonly IWatchdogLine _watchdog;
    private readonly ILog _log;
    private readonly SupervisorOptions _options;
    private readonly string[] _names = new string[LoopsMax];
    private readonly int[] _limitsMs = new int[LoopsMax];
    private readonly long[] _beatsMs = new long[LoopsMax];
    private readonly object _gate = new object();

    private int _loops;
    private long _startMs;
    private long _checkpointMs;
    private long _edgeMs;
    private bool _high;
    private bool _rebootAsked;
    private bool _rebooted;
    private RebootReason _reason;
    private long _rebootAtMs;

    /// <param name="flash">The supervisor's own area.</param>
    /// <param name="reboot">How the unit starts anew.</param>
    /// <param name="watchdog">The external watchdog's line, or null where none is fitted.</param>
    /// <param name="log">Where it is told.</param>
    /// <param name="options">What may be set.</param>
    public Supervisor(IFlash flash, IReboot reboot, IWatchdogLine watchdog, ILog log, SupervisorOptions options)
    {
        if (reboot == null || log == null || options == null)
        {
            throw new ArgumentNullException(nameof(reboot));
        }

        _record = new RunRecord(flash);
        _reboot = reboot;
        _watchdog = watchdog;
        _log = log;
        _options = options;
    }

    /// <summary>Why this run began, for the status report.</summary>
    public ResetCause ResetCause { get; private set; }

    /// <summary>Whether only position and SOS should be sent.</summary>
    public bool SafeMode { get; private set; }

    /// <summary>The uncaught exception that ended the run before, or empty; or the loop that stalled.</summary>
    public string LastFailure { get; private set; } = string.Empty;

    /// <summary>Starts in the unit's life, this one included; 1 where the record was lost.</summary>
    public uint Starts => _record.Starts;

    /// <summary>Of them, those that nobody had asked for.</summary>
    public uint UnaskedStarts => _record.UnaskedStarts;

    /// <summary>Saves of the record that failed since the start.</summary>
    public int RecordsNotSaved { get; private set; }

    /// <summary>Whether a reboot has been asked for and is about to come.</summary>
    public bool IsRebooting => _rebootAsked || _rebooted;

    /// <summary>How long this run has lasted, milliseconds.</summary>
    public long UptimeMs(long monotonicMs)
    {
        return monotonicMs - _startMs;
    }

    /// <summary>
    /// The first thing of a run: reads how the run before ended and notes that this one began.
    /// </summary>
    public void Start(long monotonicMs, ResetCause platformCause)
    {
        _startMs = monotonicMs;
        _checkpointMs = monotonicMs;
        _edgeMs = monotonicMs;
        bool known = _record.Load();
        ResetCause = CauseOf(known, platformCause);
        LastFailure = _record.Text;
        bool asked = _record.Ending == RunEnding.Asked || platformCause == ResetCause.DeepSleep;
        _record.Begin(!asked, _options.SafeModeWindowS);
        SafeMode = _record.RecentStarts >= _options.SafeModeResets;
        Save(monotonicMs);
        _log.Note(monotonicMs, LogEvent.Started, (int)ResetCause, LastFailure);
        if (SafeMode)
        {
            _log.Note(monotonicMs, LogEvent.SafeModeEntered, _record.RecentStarts, null);
        }
    }

    /// <summary>Watches one more loop, which must beat at least this often. Returns its number.</summary>
    public int AddLoop(string name, int limitMs, long monotonicMs)
    {
        if (_loops == LoopsMax)
        {
            throw new InvalidOperationException("LoopsMax loops are watched.");
        }

        if (limitMs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(limitMs));
        }

        _names[_loops] = name;
        _limitsMs[_loops] = limitMs;
        _beatsMs[_loops] = monotonicMs;
        _loops++;
        return _loops - 1;
    }

    /// <summary>A loop says that it is alive.</summary>
    public void Beat(int loop, long monotonicMs)
    {
        if (loop < 0 || loop >= _loops)
        {
            throw new ArgumentOutOfRangeException(nameof(loop));
        }

        _beatsMs[loop] = monotonicMs;
    }

    /// <summary>Reboots soon, as somebody wished; the run's end is on record as asked for.</summary>
    public void RequestReboot(RebootReason reason, long monotonicMs)
    {
        if (!_rebootAsked)
        {
            _rebootAsked = true;
            _reason = reason;
            _rebootAtMs = monotonicMs + _options.RebootDelayMs;
        }
    }

    /// <summary>The main loop's turn.</summary>
    public void Poll(long monotonicMs)
    {
        lock (_gate)
        {
            if (_rebooted || RebootIfStalled(monotonicMs))
            {
                return;
            }

            if (_rebootAsked && monotonicMs >= _rebootAtMs)
            {
                _log.Note(monotonicMs, LogEvent.Rebooting, (int)_reason, null);
                End(RunEnding.Asked, UnregisteredLoop, null, monotonicMs);
                return;
            }

            Toggle(monotonicMs);
            Checkpoint(monotonicMs);
        }
    }

    /// <summary>
    /// A timer's turn, every second or so, on a thread of its own: notices that the main loop does not come round. It
    /// gives the external watchdog no edge; only the main loop does.
    /// </summary>
    public void Watch(long monotonicMs)
    {
        lock (_gate)
        {
            if (!_rebooted)
            {
                RebootIfStalled(monotonicMs);
            }
        }
    }

    /// <summary>
    /// An exception came up through everything: its type and the place are made durable, and the unit reboots. The
    /// message is left out, since it may quote what it choked on.
    /// </summary>
    public void Crash(Exception exception, string place, long monotonicMs)
    {
        if (exception == null)
        {
            throw new ArgumentNullException(nameof(exception));
        }

        lock (_gate)
        {
            string text = exception.GetType().FullName + " in " + place;
            _log.Note(monotonicMs, LogEvent.Crashed, 0, text);
            End(RunEnding.Crashed, UnregisteredLoop, text, monotonicMs);
        }
    }

    private ResetCause CauseOf(bool known, ResetCause platformCause)
    {
        if (!known)
        {
            // A unit that never ran has been switched on; one whose record is lost may have ended in any way.
            return _record.IsBlank ? ResetCause.PowerOn : platformCause;
        }

        switch (_record.Ending)
        {
            case RunEnding.Asked:
                return ResetCause.Software;
            case RunEnding.Stalled:
                return ResetCause.Watchdog;
            case RunEnding.Crashed:
                return ResetCause.Crash;
            default:
                // It was running: power, the reset pin, or the external watchdog on a machine that hung.
                return platformCause;
        }
    }

    private bool RebootIfStalled(long monotonicMs)
    {
        for (int i = 0; i < _loops; i++)
        {
            if (monotonicMs - _beatsMs[i] > _limitsMs[i])
            {
                _log.Note(monotonicMs, LogEvent.Stalled, i, _names[i]);
                End(RunEnding.Stalled, i, _names[i], monotonicMs);
                return true;
            }
        }

        return false;
    }

    private void End(RunEnding ending, int loop, string text, long monotonicMs)
    {
        _rebooted = true;
        _record.End(ending, loop, text, UptimeS(monotonicMs));
        Save(monotonicMs);
        _reboot.Reboot();
    }

    private void Toggle(long monotonicMs)
    {
        if (_watchdog != null && monotonicMs - _edgeMs >= _options.WatchdogToggleMs)
        {
            _edgeMs = monotonicMs;
            _high = !_high;
            _watchdog.Drive(_high);
        }
    }

    private void Checkpoint(long monotonicMs)
    {
        if (SafeMode && UptimeS(monotonicMs) >= _options.SafeModeStableS)
        {
            SafeMode = false;
            _log.Note(monotonicMs, LogEvent.SafeModeLeft, 0, null);
        }

        if (_record.RecentStarts > 0 && monotonicMs - _checkpointMs >= _options.CheckpointS * 1000L)
        {
            _checkpointMs = monotonicMs;
            _record.Lengthen(UptimeS(monotonicMs), _options.SafeModeWindowS);
            Save(monotonicMs);
        }
    }

    private void Save(long monotonicMs)
    {
        if (!_record.TrySave())
        {
            RecordsNotSaved++;
            _log.Note(monotonicMs, LogEvent.RecordNotSaved, RecordsNotSaved, null);
        }
    }

    private int UptimeS(long monotonicMs)
    {
        return (int)((monotonicMs - _startMs) / 1000);
    }
}
