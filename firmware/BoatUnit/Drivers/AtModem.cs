using System;
using System.IO.Ports;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// A cellular modem of the SIM7080 or A7672 class, from silence to a UDP socket and back after any failure. Nothing here
/// waits: <see cref="Poll"/> goes one step further, and each step ends by an answer or by its deadline.
/// </summary>
/// <remarks>
/// What fails is tried again, then the socket is opened anew, then the context, then the modem is reset, then its power
/// key is pressed; between two attempts lies a pause that doubles. A datagram sent, or ten quiet minutes, begin the ladder
/// at its foot again.
/// </remarks>
public sealed class AtModem : IAtListener
{
    /// <summary>Longest datagram sent: one frame.</summary>
    public const int DatagramBytesMax = FrameLimits.FrameBytesMax;

    /// <summary>A modem that announces more than an Ethernet packet has been misheard.</summary>
    public const int DatagramBytesAnnouncedMax = 1500;

    private const int Failures = (int)ModemFailure.PortFailed + 1;
    private const int Rungs = (int)ModemRung.PowerKey + 1;

    private readonly ModemOptions _options;
    private readonly ModemDialect _dialect;
    private readonly IModemOwner _owner;
    private readonly INetworkTime _time;
    private readonly IModemPowerKey _powerKey;
    private readonly AtChannel _channel;
    private readonly AtAnswers _answers = new AtAnswers();
    private readonly ModemSteps _steps;
    private readonly AtText _command = new AtText();
    private readonly Random _random;
    private readonly int[] _failures = new int[Failures];
    private readonly int[] _rungs = new int[Rungs];
    private readonly byte[] _datagram = new byte[DatagramBytesMax];

    private ModemFailure _alarm;
    private ModemRung _rung;
    private ModemActivity _activity;
    private int _failuresInRow;
    private int _datagramBytes;
    private bool _isDataWaiting;
    private int _step;
    private long _nowMs;
    private long _waitUntilMs;
    private long _stateDeadlineMs;
    private long _monitorAtMs;
    private long _clockAtMs;
    private long _readySinceMs;

    /// <param name="port">Closed or open; the modem opens it at the rate it looks for first.</param>
    /// <param name="dialect">The modem's family.</param>
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="owner">Told of datagrams.</param>
    /// <param name="time">Told the network's time, or null.</param>
    /// <param name="powerKey">The power key, or null where the board has none.</param>
    public AtModem(
        SerialPort port, ModemDialect dialect, ModemOptions options, IModemOwner owner, INetworkTime time, IModemPowerKey powerKey)
    {
        options.Freeze();
        _options = options;
        _dialect = dialect;
        _owner = owner;
        _time = time;
        _powerKey = powerKey;
        _random = new Random(options.Seed);
        _channel = new AtChannel(port, dialect, this);
        _steps = new ModemSteps(options, dialect);
        if (!port.IsOpen)
        {
            port.Open();
        }

        EnterSyncing(0);
    }

    public ModemState State { get; private set; }

    /// <summary>Whether a datagram may be given to <see cref="Send"/> now.</summary>
    public bool IsReady => State == ModemState.Ready && _datagramBytes == 0;

    /// <summary>Whether a datagram is on its way.</summary>
    public bool IsSending => _datagramBytes > 0;

    /// <summary>Signal, dBm, or <see cref="Core.Links.RadioLevel.Unknown"/>.</summary>
    public int RssiDbm => _answers.RssiDbm;

    public ModemFailure LastFailure { get; private set; }

    /// <summary>The line engine's counters.</summary>
    public AtLineReader Lines => _channel.Reader;

    /// <summary>Calls to the serial port that threw.</summary>
    public int PortFailures => _channel.PortFailures;

    public int DatagramsSent { get; private set; }

    /// <summary>Datagrams accepted and then given up.</summary>
    public int DatagramsFailed { get; private set; }

    public int DatagramsReceived { get; private set; }

    /// <summary>Set-up commands of the options that the modem refused.</summary>
    public int SetUpRefused { get; private set; }

    public int FailureCount(ModemFailure failure)
    {
        return _failures[(int)failure];
    }

    public int RungCount(ModemRung rung)
    {
        return _rungs[(int)rung];
    }

    /// <summary>Takes a copy of a datagram to send. False if the modem is not ready, or has one under way.</summary>
    /// <exception cref="ArgumentException">It is empty or longer than <see cref="DatagramBytesMax"/>.</exception>
    public bool Send(byte[] datagram, int offset, int length)
    {
        if (length < 1 || length > DatagramBytesMax)
        {
            throw new ArgumentException("A datagram holds 1 byte to one frame.");
        }

        if (!IsReady)
        {
            return false;
        }

        Array.Copy(datagram, offset, _datagram, 0, length);
        _datagramBytes = length;
        return true;
    }

    /// <summary>Goes one step further.</summary>
    public void Poll(long monotonicMs)
    {
        _nowMs = monotonicMs;
        _channel.Poll(monotonicMs);
        if (_channel.Outcome == AtOutcome.Running)
        {
            return;
        }

        if (_channel.Outcome != AtOutcome.Idle)
        {
            Finish(_channel.TakeOutcome());
            return;
        }

        if (_alarm != ModemFailure.None)
        {
            ModemFailure alarm = _alarm;
            _alarm = ModemFailure.None;
            Fail(alarm, RungFor(alarm));
            return;
        }

        if (monotonicMs >= _waitUntilMs)
        {
            Advance();
        }
    }

    /// <inheritdoc/>
    public AtMeaning Understand(byte[] line, int length)
    {
        AtMeaning meaning = _answers.Understand(line, length);
        if (meaning == AtMeaning.None)
        {
            meaning = _dialect.Understand(line, length);
        }

        switch (meaning)
        {
            case AtMeaning.DataWaiting:
                _isDataWaiting = true;
                break;
            case AtMeaning.DataNone:
                _isDataWaiting = false;
                break;
            case AtMeaning.Clock:
                TellTime();
                break;
            case AtMeaning.Registration:
                RaiseIfUp(_answers.IsRegistered ? ModemFailure.None : ModemFailure.RegistrationLost);
                break;
            case AtMeaning.SocketClosed:
                RaiseIfReady(ModemFailure.SocketClosed);
                break;
            case AtMeaning.ContextDown:
                RaiseIfReady(ModemFailure.ContextLost);
                break;
            case AtMeaning.Started:
            case AtMeaning.PowerDown:
                RaiseIfUp(ModemFailure.Restarted);
                break;
            default:
                break;
        }

        return meaning;
    }

    /// <inheritdoc/>
    public void DataReceived(byte[] data, int bytes, int announced)
    {
        // More may wait behind it: the modem tells once, not for each.
        _isDataWaiting = true;
        if (announced > bytes)
        {
            _owner.DatagramOverlong();
            return;
        }

        DatagramsReceived++;
        _owner.DatagramReceived(data, bytes);
    }

    private static ModemRung RungFor(ModemFailure failure)
    {
        switch (failure)
        {
            case ModemFailure.SocketClosed:
            case ModemFailure.SendRefused:
                return ModemRung.ReopenSocket;
            case ModemFailure.ContextLost:
            case ModemFailure.RegistrationLost:
            case ModemFailure.SocketRefused:
                return ModemRung.Attach;
            case ModemFailure.NotRegistered:
            case ModemFailure.RegistrationDenied:
            case ModemFailure.NoSim:
            case ModemFailure.SimLocked:
                return ModemRung.Reset;
            case ModemFailure.NoAnswer:
                return ModemRung.PowerKey;
            default:
                return ModemRung.Retry;
        }
    }

    private void RaiseIfUp(ModemFailure failure)
    {
        if (State >= ModemState.Attaching && State <= ModemState.Ready && failure != ModemFailure.None)
        {
            _alarm = failure;
        }
    }

    private void RaiseIfReady(ModemFailure failure)
    {
        if (State == ModemState.Ready)
        {
            _alarm = failure;
        }
    }

    private void TellTime()
    {
        if (_time != null && _answers.UtcMs >= _options.EarliestUtcMs)
        {
            _time.NetworkTime(_answers.UtcMs, _nowMs);
        }
    }

    private void Begin(int timeoutMs)
    {
        _channel.Begin(_command, _steps.Needs, _nowMs + timeoutMs);
    }

    // One step of the state that the modem is in.
    private void Advance()
    {
        switch (State)
        {
            case ModemState.Syncing:
                _channel.SetBaudRate(_steps.WriteSync(_step, _command));
                Begin(_options.SyncTimeoutMs);
                break;
            case ModemState.SettingUp:
                AdvanceOr(_steps.WriteSetUp(_step, _command), ModemState.Registering, _options.CommandTimeoutMs);
                break;
            case ModemState.Registering:
                AdvanceRegistering();
                break;
            case ModemState.Detaching:
                AdvanceOr(_steps.WriteDetach(_step, _command), ModemState.Registering, _options.AttachTimeoutMs);
                break;
            case ModemState.Attaching:
                AdvanceOr(_steps.WriteAttach(_step, _command), ModemState.Opening, _options.AttachTimeoutMs);
                break;
            case ModemState.Opening:
                AdvanceOr(_steps.WriteOpen(_step, _command), ModemState.Ready, _options.OpenTimeoutMs);
                break;
            case ModemState.Ready:
                AdvanceReady();
                break;
            default:
                AdvanceRecovery();
                break;
        }
    }

    private void AdvanceOr(bool isWritten, ModemState next, int timeoutMs)
    {
        if (isWritten)
        {
            Begin(timeoutMs);
            return;
        }

        Enter(next);
    }

    private void AdvanceRegistering()
    {
        if (_answers.IsRegistered)
        {
            Enter(ModemState.Attaching);
            return;
        }

        if (_nowMs >= _stateDeadlineMs)
        {
            ModemFailure failure = _answers.IsDenied ? ModemFailure.RegistrationDenied : ModemFailure.NotRegistered;
            Fail(failure, RungFor(failure));
            return;
        }

        _steps.WriteRegistrationQuery(_step, _command);
        Begin(_options.CommandTimeoutMs);
    }

    // What is to be sent goes before what is to be fetched, and both before looking after the modem.
    private void AdvanceReady()
    {
        if (_nowMs - _readySinceMs >= _options.StableMs)
        {
            _rung = ModemRung.None;
            _failuresInRow = 0;
        }

        if (_datagramBytes > 0)
        {
            _activity = ModemActivity.Sending;
            _dialect.WriteSend(_datagramBytes, _command, _options);
            _channel.BeginSend(_command, _dialect.Needs, _datagram, _datagramBytes, _nowMs + _options.SendTimeoutMs);
        }
        else if (_isDataWaiting)
        {
            _activity = ModemActivity.Receiving;
            _isDataWaiting = false;
            _dialect.WriteReceive(AtChannel.DataBytesMax, _command);
            _channel.Begin(_command, _dialect.Needs, _nowMs + _options.ReceiveTimeoutMs);
        }
        else if (_nowMs >= _monitorAtMs)
        {
            _activity = ModemActivity.Monitoring;
            if (!_steps.WriteMonitor(_step, _nowMs >= _clockAtMs, _command))
            {
                EndMonitoring();
                return;
            }

            Begin(_options.CommandTimeoutMs);
        }
    }

    private void EndMonitoring()
    {
        _step = 0;
        _monitorAtMs = _nowMs + _options.MonitorMs;
        if (_nowMs >= _clockAtMs)
        {
            _clockAtMs = _nowMs + _options.ClockMs;
        }

        // The news of a waiting datagram may have been lost on the line.
        _isDataWaiting = true;
    }

    private void AdvanceRecovery()
    {
        switch (State)
        {
            case ModemState.Pausing:
                Climb();
                break;
            case ModemState.PressingPowerKey:
                _powerKey.Press(false);
                Wait(ModemState.Booting, _options.BootMs);
                break;
            case ModemState.Resetting:
                _steps.WriteReset(_command);
                Begin(_options.CommandTimeoutMs);
                break;
            default:
                EnterSyncing(0);
                break;
        }
    }

    // The pause is over: does what the rung is for.
    private void Climb()
    {
        switch (_rung)
        {
            case ModemRung.PowerKey:
                _powerKey.Press(true);
                Wait(ModemState.PressingPowerKey, _options.PowerKeyMs);
                break;
            case ModemRung.Reset:
                Wait(ModemState.Resetting, 0);
                break;
            default:
                EnterSyncing(0);
                break;
        }
    }

    // Where a modem that answers goes on, by what the failure was that it was called for.
    private ModemState AfterSync()
    {
        switch (_rung)
        {
            case ModemRung.Retry:
                return _steps.WasSetUp ? ModemState.Ready : ModemState.SettingUp;
            case ModemRung.ReopenSocket:
                return _steps.WasSetUp ? ModemState.Opening : ModemState.SettingUp;
            case ModemRung.Attach:
                return _steps.WasSetUp ? ModemState.Detaching : ModemState.SettingUp;
            default:
                return ModemState.SettingUp;
        }
    }

    private void Finish(AtOutcome outcome)
    {
        switch (State)
        {
            case ModemState.Syncing:
                FinishSync(outcome);
                break;
            case ModemState.Ready:
                FinishReady(outcome);
                break;
            case ModemState.Registering:
                FinishRegistrationQuery(outcome);
                break;
            case ModemState.Resetting:
                // A modem that refuses, or is silent, gets its time to start all the same.
                Wait(ModemState.Booting, _options.BootMs);
                break;
            default:
                FinishStep(outcome);
                break;
        }
    }

    private void FinishSync(AtOutcome outcome)
    {
        if (outcome == AtOutcome.Done)
        {
            if (_steps.IsAtRate(_step))
            {
                Enter(AfterSync());
                return;
            }

            _step = _steps.NextAfterAnswer(_step);
            return;
        }

        _step = _steps.NextAfterSilence(_step);
        if (ModemSteps.IsRoundOver(_step))
        {
            _waitUntilMs = _nowMs + _options.SyncPauseMs;
        }

        if (_steps.IsSyncOver(_step))
        {
            Fail(ModemFailure.NoAnswer, ModemRung.PowerKey);
        }
    }

    private void FinishRegistrationQuery(AtOutcome outcome)
    {
        if (outcome == AtOutcome.TimedOut)
        {
            Fail(ModemFailure.TimedOut, ModemRung.Attach);
            return;
        }

        _step++;
        _waitUntilMs = ModemSteps.IsRegistrationRound(_step) ? _nowMs + _options.RegistrationPollMs : _nowMs;
    }

    private void FinishStep(AtOutcome outcome)
    {
        // Some firmware says OK to a context that is up already, and nothing more: the query behind that step decides.
        bool silenceIsFine = State == ModemState.Attaching || State == ModemState.Detaching;
        bool isFine = _steps.ErrorIsFine && (outcome != AtOutcome.TimedOut || silenceIsFine);
        if (outcome == AtOutcome.Done || isFine)
        {
            if (outcome != AtOutcome.Done && _steps.IsOwnersCommand)
            {
                SetUpRefused++;
            }

            _step++;
            return;
        }

        if (_steps.IsSimQuery && outcome != AtOutcome.Refused && _nowMs < _stateDeadlineMs)
        {
            _waitUntilMs = _nowMs + _options.RegistrationPollMs;
            return;
        }

        ModemFailure failure = FailureOf(outcome);
        Fail(failure, RungFor(failure));
    }

    private ModemFailure FailureOf(AtOutcome outcome)
    {
        if (outcome == AtOutcome.TimedOut)
        {
            return ModemFailure.TimedOut;
        }

        if (_steps.IsSimQuery)
        {
            return outcome == AtOutcome.Refused ? ModemFailure.SimLocked : ModemFailure.NoSim;
        }

        switch (State)
        {
            case ModemState.Attaching:
                return ModemFailure.ContextLost;
            case ModemState.Opening:
                return ModemFailure.SocketRefused;
            default:
                return ModemFailure.Refused;
        }
    }

    private void FinishReady(AtOutcome outcome)
    {
        ModemActivity activity = _activity;
        _activity = ModemActivity.None;
        if (outcome == AtOutcome.TimedOut)
        {
            Fail(ModemFailure.TimedOut, ModemRung.Retry);
            return;
        }

        if (activity == ModemActivity.Sending)
        {
            if (outcome != AtOutcome.Done)
            {
                Fail(ModemFailure.SendRefused, ModemRung.ReopenSocket);
                return;
            }

            DatagramsSent++;
            _datagramBytes = 0;
            _rung = ModemRung.None;
            _failuresInRow = 0;
        }
        else if (activity == ModemActivity.Monitoring)
        {
            _step++;
        }
    }

    private void Fail(ModemFailure failure, ModemRung atLeast)
    {
        _failures[(int)failure]++;
        LastFailure = failure;
        ModemRung rung = _rung + 1;
        ModemRung lowest = LowestRung();
        if (rung < atLeast)
        {
            rung = atLeast;
        }

        if (rung < lowest)
        {
            rung = lowest;
        }

        ModemRung highest = _powerKey == null ? ModemRung.Reset : ModemRung.PowerKey;
        _rung = rung > highest ? highest : rung;
        _rungs[(int)_rung]++;
        _channel.Abort();
        _alarm = ModemFailure.None;

        // Only a retry keeps the datagram: what is older than that is better sent by another link, or anew.
        if (_rung != ModemRung.Retry && _datagramBytes > 0)
        {
            DatagramsFailed++;
            _datagramBytes = 0;
        }

        if (_rung >= ModemRung.Reset || failure == ModemFailure.Restarted)
        {
            _steps.WasSetUp = false;
        }

        Wait(ModemState.Pausing, PauseMs());
    }

    // To try again from a state is to begin it anew: what it was to bring about is not there yet.
    private ModemRung LowestRung()
    {
        switch (State)
        {
            case ModemState.Registering:
            case ModemState.Detaching:
            case ModemState.Attaching:
                return ModemRung.Attach;
            case ModemState.Opening:
                return ModemRung.ReopenSocket;
            default:
                return ModemRung.Retry;
        }
    }

    // Doubles with each failure in a row, and scatters by a quarter either way so that a fleet does not call in step.
    private int PauseMs()
    {
        if (_rung == ModemRung.Retry)
        {
            return 0;
        }

        int pauseMs = _options.BackOffMinMs;
        for (int i = 0; i < _failuresInRow && pauseMs < _options.BackOffMaxMs; i++)
        {
            pauseMs *= 2;
        }

        _failuresInRow++;
        if (pauseMs > _options.BackOffMaxMs)
        {
            pauseMs = _options.BackOffMaxMs;
        }

        return pauseMs - (pauseMs / 4) + _random.Next((pauseMs / 2) + 1);
    }

    private void Wait(ModemState state, int waitMs)
    {
        State = state;
        _waitUntilMs = _nowMs + waitMs;
    }

    private void EnterSyncing(int step)
    {
        State = ModemState.Syncing;
        _step = step;
        _waitUntilMs = _nowMs;
    }

    private void Enter(ModemState state)
    {
        State = state;
        _step = 0;
        _waitUntilMs = _nowMs;
        switch (state)
        {
            case ModemState.SettingUp:
                _answers.Forget();
                _stateDeadlineMs = _nowMs + _options.SimTimeoutMs;
                break;
            case ModemState.Registering:
                _steps.WasSetUp = true;
                _answers.Forget();
                _stateDeadlineMs = _nowMs + _options.RegistrationTimeoutMs;
                break;
            case ModemState.Ready:
                _readySinceMs = _nowMs;
                _monitorAtMs = _nowMs;
                break;
            default:
                break;
        }
    }

    private enum ModemActivity
    {
        None = 0,
        Sending,
        Receiving,
        Monitoring,
    }
}
