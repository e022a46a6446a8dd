using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Simulation;

/// <summary>
/// One seeded run of unit, air and shore. Time goes from one instant at which something happens to the next; at the end
/// comes a harbour with Wi-Fi, where the journal is to be emptied.
/// </summary>
public sealed class Voyage : IDisposable
{
    private const int BusyStepMs = 100;
    private const int UrgentStepMs = 500;
    private const int BusyForMs = 3_000;
    private const long HarbourMaxMs = 48L * 3_600_000;
    private const long MemoryEveryMs = 1_800_000;
    private const long CutLatestMs = 600_000;
    private const int LoRaAnswersMax = 1;
    private const int OffShortMaxMs = 5_000;

    private readonly VoyagePlan _plan;
    private readonly VoyageDoubles _doubles;
    private readonly VoyageClock _clock = new();
    private readonly Agenda _agenda = new();
    private readonly UnitStores _stores;
    private readonly RecordLedger _records = new();
    private readonly NonceLedger _nonces = new();
    private readonly AirLedger _air;

    // The unit's, and what the bound on an SOS is reckoned from.
    private readonly DispatchOptions _dispatchOptions = new();
    private readonly SosWatch _sos;
    private readonly ReferenceGateway _gateway;
    private readonly SimulatedBoat _boat;
    private readonly Region _region;
    private readonly SimulatedAes _unitAes;
    private readonly SimulatedAes _shoreAes;
    private readonly LinkReach[] _reaches;
    private readonly long[] _upSinceMs;
    private readonly HashSet<uint> _published = [];
    private readonly VoyageResult _result;
    private UnitLife? _life;
    private SimulatedRadio? _radio;
    private bool _harbour;
    private long _harbourMs;
    private uint _lives;
    private long _nextFixMs;
    private long _cutAtMs;
    private long _cutByMs;
    private long _nextFaultMs;
    private long _nextCrashMs;
    private long _nextEventMs;
    private long _busyUntilMs;
    private long _memoryAtMs;
    private long _memoryBytes;
    private readonly Queue<long> _sosAtMs;

    public Voyage(int seed, VoyageScale scale, VoyageDoubles? doubles = null)
    {
        _plan = new VoyagePlan(seed, scale);
        _doubles = doubles ?? new VoyageDoubles();
        _result = new VoyageResult { Seed = seed };
        var key = new byte[UnitKeys.KeyBytes];
        _plan.Random.NextBytes(key);
        _unitAes = new SimulatedAes(key);
        _shoreAes = new SimulatedAes(key);
        _stores = new UnitStores(_plan, key);
        _region = Regions.Find(_plan.Region);
        _air = new AirLedger(_region) { Violated = Violate };
        _nonces.Violated = Violate;
        _nonces.SealedDurable = _records.Sealed;
        _gateway = new(_plan, _clock, _agenda, new WatchedCipher(new AesCcm(_shoreAes), _nonces), _doubles)
        {
            Violated = Violate, Published = OnPublished, Records = _records,
        };
        _records.Violated = Violate;
        _records.Flash = _stores.Journal;
        _records.IsCommitted = _gateway.Has;
        _sos = new SosWatch(_dispatchOptions) { Violated = Violate };
        _boat = new SimulatedBoat(_plan, _clock);
        _reaches = [new(_plan), new(_plan), new(_plan)];
        _upSinceMs = new long[_reaches.Length];
        _sosAtMs = new(Enumerable.Range(0, _plan.SosCount).Select(_ => _plan.Random.NextInt64(_plan.LengthMs)).Order());
        _nextEventMs = _plan.DrawAfter(_plan.EventEveryMs);
        _nextFaultMs = _plan.HasFlashFaults ? _plan.DrawAfter(_plan.LengthMs / 4) : long.MaxValue;
        _nextCrashMs = _plan.GatewayCrashEveryMs > 0 ? _plan.DrawAfter(_plan.GatewayCrashEveryMs) : long.MaxValue;
    }

    /// <summary>Sails it to its end, or to the first violation.</summary>
    public VoyageResult Sail()
    {
        try
        {
            while (_clock.TrueMs < _plan.LengthMs)
                LiveOnce(_plan.LengthMs);
            Enter();
            LiveOnce(_harbourMs + HarbourMaxMs);
            _result.LeftInJournal = _life!.Journal.HeldFrames;
            _records.Audit(_life.Journal, "at the end");
            if (!IsEmpty())
                Violate($"{_result.LeftInJournal} records are held after {HarbourMaxMs / 3_600_000} h of Wi-Fi in harbour");
            if (_sos.Open > 0 && !_records.FlashIsBroken)
                Violate($"{_sos.Open} SOS never arrived");
        }
        catch (VoyageViolationException violation)
        {
            _result.Violation = violation.Message;
        }
#pragma warning disable CA1031 // Whatever the unit throws ends its voyage and is told with the seed.
        catch (Exception thrown)
        {
            _result.Violation = Where() + thrown;
        }
#pragma warning restore CA1031

        Tell();
        return _result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unitAes.Dispose();
        _shoreAes.Dispose();
    }

    private string Where() => $"seed {_plan.Seed}, step {_result.Steps}, {_clock.TrueMs} ms: ";

    private void Violate(string what) => throw new VoyageViolationException(Where() + what);

    // From power on to power off.
    private void LiveOnce(long untilMs)
    {
        _lives++;
        _cutAtMs = _plan.CutEveryMs == 0 || _harbour ? long.MaxValue : _clock.TrueMs + _plan.DrawAfter(_plan.CutEveryMs);
        _cutByMs = long.MaxValue;
        if (!_harbour && _lives > 1 && _plan.Random.Next(8) == 0)
            _stores.PlanCut();
        try
        {
            Begin();
            var lost = false;
            while (!lost && _clock.TrueMs < untilMs && !(_harbour && IsEmpty()))
            {
                Step(untilMs);
                lost = LosesPower();
            }

            if (lost)
                _records.Audit(_life!.Journal, "when the power went");
        }
        catch (PowerCutException)
        {
            _result.CutsInFlash++;
        }

        if (_harbour)
            return;
        _result.PowerCuts++;
        _air.CutOff(_clock.TrueMs * 1_000);
        _sos.Restarted();
        _life = null;
        _radio = null;
        _stores.PowerOn();
        _doubles.PowerOn(_stores);
        _clock.TrueMs += OffMs();
    }

    private long OffMs()
    {
        var random = _plan.Random;
        return random.Next(4) == 0 ? random.NextInt64(_plan.LengthMs / 10) : random.Next(1, OffShortMaxMs);
    }

    // What stands in a block that died counts as held until the tail comes there; nobody can send it.
    private bool IsEmpty()
    {
        var life = _life!;
        var none = life.Journal.HeldFrames == 0 || (_records.FlashIsBroken && !_records.CanBeFound(life.Journal));
        return none && life.Dispatcher.UrgentFrames == 0 && life.Events.Waiting == 0;
    }

    // The harbour: the power stays, nothing breaks any more, and there is Wi-Fi.
    private void Enter()
    {
        _harbour = true;
        _harbourMs = _clock.TrueMs;
        _boat.Heal();
        _nextFaultMs = _nextCrashMs = long.MaxValue;
        foreach (var reach in _reaches)
            reach.Force(_clock.TrueMs);
    }

    private void Begin()
    {
        _clock.Begin(_plan.Random.NextInt64(1, 100_000));
        if (_plan.HasRealTimeClock)
            _clock.Tell(_plan.HasClockFaults && _plan.Random.Next(3) == 0 ? _plan.Random.NextInt64(-90_000_000, 90_000_000) : 0);
        var networks = new List<IUnitLink>();
        if (_plan.HasLoRa)
            _radio = NewRadio();
        if (_plan.HasCellular)
            networks.Add(NewNetwork(LinkKind.Cellular, 20_000));
        if (_plan.HasWifi || _harbour)
            networks.Add(NewNetwork(LinkKind.Wifi, 5_000));
        _air.SosMayExceed = _stores.AirtimeBroken;
        for (var i = 0; i < _upSinceMs.Length; i++)
            _upSinceMs[i] = _clock.TrueMs + 20_000;
        _life = new UnitLife(
            _stores,
            _clock,
            _region,
            _plan.DrawLoRa(),
            _radio,
            [.. networks],
            new WatchedCipher(new AesCcm(_unitAes), _nonces),
            _records,
            _doubles,
            _dispatchOptions,
            unchecked((uint)UnitLife.Number * 2_654_435_761u) ^ _lives);
        if (!_life.HasKey)
            Violate("the key is gone");
        _records.TakeSketches(_life.Journal);
        _records.Started(_life.Journal);
        _nextFixMs = _clock.TrueMs + _plan.Random.Next(500, 30_000);
        _memoryAtMs = _clock.TrueMs + MemoryEveryMs;
        _memoryBytes = 0;
    }

    private SimulatedRadio NewRadio()
    {
        var up = new SimulatedPath(_plan, _reaches[(int)LinkKind.LoRa], _agenda);
        var down = new SimulatedPath(_plan, _reaches[(int)LinkKind.LoRa], _agenda);
        var radio = new SimulatedRadio(_plan, _clock, _agenda, mayFail: !_harbour)
        {
            Failed = () =>
            {
                _result.RadioFailures++;
                Interrupt(LinkKind.LoRa);
            },
        };
        radio.WasReset = () => _air.CutOff(_clock.TrueMs * 1_000);
        radio.OnAir = sent =>
        {
            _busyUntilMs = _clock.TrueMs + BusyForMs;
            _air.Add(sent, IsSos(sent.Frame));
            up.Carry(sent.Frame, (sent.EndUs + 999) / 1_000, frame => _gateway.Receive(frame, new(
                answer => down.Carry(answer, _clock.TrueMs + _plan.Random.Next(100, 1_200), heard =>
                {
                    if (radio == _radio)
                        radio.Arrive(heard, sent.FrequencyHz, sent.SpreadingFactor);
                }),
                LoRaAnswersMax)));
        };
        return radio;
    }

    private SimulatedNetworkLink NewNetwork(LinkKind kind, long startMs)
    {
        var up = new SimulatedPath(_plan, _reaches[(int)kind], _agenda);
        var down = new SimulatedPath(_plan, _reaches[(int)kind], _agenda);
        var link = new SimulatedNetworkLink(kind, _reaches[(int)kind], _clock, _agenda, _plan.Random.NextInt64(startMs));
        var answer = new ReferenceGateway.Way(
            frame => down.Carry(frame, _clock.TrueMs + 20, heard =>
            {
                _busyUntilMs = _clock.TrueMs + BusyForMs;
                link.Arrive(heard);
            }),
            DurableAnswer.CountersMax);
        link.OnAir = frame =>
        {
            _busyUntilMs = _clock.TrueMs + BusyForMs;
            up.Carry(frame, _clock.TrueMs + 20, heard => _gateway.Receive(heard, answer));
        };
        return link;
    }

    private static uint CounterOf(byte[] frame) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(FrameHeader.DurableBytes - 4));

    private bool IsSos(byte[] frame) => (FrameKind)((frame[0] >> 2) & 0xF) == FrameKind.Event && _sos.IsSos(CounterOf(frame));

    private void Step(long untilMs)
    {
        _result.Steps++;
        var life = _life!;
        var nextMs = Math.Min(Math.Min(_agenda.NextMs, _nextFixMs), _clock.TrueMs + StepMs(life));
        _clock.TrueMs = Math.Min(Math.Max(nextMs, _clock.TrueMs + 1), Math.Max(untilMs, _clock.TrueMs + 1));
        PollWorld();
        _agenda.Run(_clock.TrueMs);
        if (_clock.TrueMs >= _nextFixMs)
        {
            _nextFixMs += _plan.FixIntervalMs;
            TakeFix(life);
        }

        Raise(life);
        FollowUnstored(life);
        life.Poll(_clock.MonotonicMs);
        FollowUnstored(life);
        _records.TakeSketches(life.Journal);
        CheckSos();
        CheckMemory(life);
    }

    private int StepMs(UnitLife life)
    {
        if (_clock.TrueMs < _busyUntilMs)
            return BusyStepMs;
        return life.Dispatcher.UrgentFrames > 0 ? UrgentStepMs : _plan.IdleMs;
    }

    private void PollWorld()
    {
        for (var i = 0; i < _reaches.Length; i++)
        {
            if (_reaches[i].Poll(_clock.TrueMs))
                Interrupt((LinkKind)i);
        }

        if (_clock.TrueMs >= _nextFaultMs)
        {
            _nextFaultMs = _clock.TrueMs + _plan.DrawAfter(_plan.LengthMs / 4);
            _stores.Break();
            _air.SosMayExceed = _stores.AirtimeBroken;
            _records.FlashIsBroken = true;
            _result.FlashFaults++;
        }

        if (_clock.TrueMs >= _nextCrashMs)
        {
            _nextCrashMs = _clock.TrueMs + _plan.DrawAfter(_plan.GatewayCrashEveryMs);
            var downMs = _plan.Random.NextInt64(1_000, 120_000);
            _gateway.Crash(downMs);
            for (var i = 0; i < _upSinceMs.Length; i++)
                _upSinceMs[i] = _clock.TrueMs + downMs;
        }
    }

    private void Interrupt(LinkKind kind) => _upSinceMs[(int)kind] = _clock.TrueMs;

    private void TakeFix(UnitLife life)
    {
        var errorMs = _boat.ClockErrorMs;
        var fix = _boat.Next();
        _result.ClockSteps += _boat.ClockErrorMs != errorMs ? 1 : 0;
        _clock.Tell(_boat.ClockErrorMs);
        life.Fixes.OnFix(fix);
    }

    private void Raise(UnitLife life)
    {
        var nowMs = _clock.TrueMs;
        if (!_harbour && nowMs >= _nextEventMs)
        {
            _nextEventMs = nowMs + _plan.DrawAfter(_plan.EventEveryMs);
            var kind = _plan.Random.Next(2) == 0 ? EventKind.Bilge : EventKind.ManOverboard;
            life.Events.Raise(kind, _clock.MonotonicMs);
        }

        if (_sosAtMs.Count == 0 || nowMs < _sosAtMs.Peek())
            return;
        _sosAtMs.Dequeue();
        var outcome = life.Events.Raise(EventKind.Sos, _clock.MonotonicMs);
        if (outcome == EventOutcome.Stored)
            _sos.Press(life.Events.LastSosCounter, nowMs);
        else
            _sos.PressUnstored(nowMs);
    }

    private void FollowUnstored(UnitLife life)
    {
        if (life.Events.HasSos && _sos.HasUnstored)
            _sos.Sealed(life.Events.LastSosCounter, !life.Events.IsSosWaiting, _clock.TrueMs);
    }

    private bool LosesPower()
    {
        if (_clock.TrueMs >= _cutByMs)
            return true;
        if (_clock.TrueMs < _cutAtMs)
            return false;
        _cutAtMs = long.MaxValue;
        if (_plan.Random.Next(2) == 0)
            return true;
        _stores.PlanCut();
        _cutByMs = _clock.TrueMs + CutLatestMs;
        return false;
    }

    private void CheckSos()
    {
        _sos.Sharing(_life!.Dispatcher.UrgentSos);
        for (var i = 0; _sos.Open > 0 && i < _reaches.Length; i++)
        {
            var kind = (LinkKind)i;
            var isFitted = kind == LinkKind.LoRa ? _plan.HasLoRa
                : kind == LinkKind.Cellular ? _plan.HasCellular : _plan.HasWifi || _harbour;
            if (!isFitted || !_reaches[i].IsUp || _gateway.IsDown || _clock.TrueMs < _upSinceMs[i])
                continue;
            if (kind == LinkKind.LoRa)
                _sos.CheckLoRa(_reaches[i], _upSinceMs[i], _clock.TrueMs, _life.SosPaceMs, _life.IsSosBarred);
            else
                _sos.Check(kind, _reaches[i], _upSinceMs[i], _clock.TrueMs);
        }
    }

    // Within one life, once everything has run, nothing may grow.
    private void CheckMemory(UnitLife life)
    {
        if (_clock.TrueMs < _memoryAtMs)
            return;
        _memoryAtMs = _clock.TrueMs + (_plan.IsCoarse ? 40 * MemoryEveryMs : MemoryEveryMs);
        var bytes = MemoryWatch.BytesOf(life);
        if (_memoryBytes > 0 && bytes > _memoryBytes)
            Violate($"the unit grew from {_memoryBytes} to {bytes} bytes");
        _memoryBytes = bytes;
    }

    private void OnPublished(uint counter, FrameKind kind)
    {
        if (!_published.Add(counter))
            Violate($"record {counter} was delivered twice");
        _sos.Arrived(counter, _clock.TrueMs);
    }

    private void Tell()
    {
        _result.SimulatedMs = _clock.TrueMs;
        _result.Stored = _records.Stored;
        _result.Delivered = _gateway.DurableStored;
        _result.LiveDelivered = _gateway.LiveAdmitted;
        _result.Duplicates = _gateway.Duplicates;
        _result.GatewayCrashes = _gateway.Crashes;
        _result.AirtimeUs = _air.TotalUs;
        _result.HasDutyCycle = _plan.HasLoRa && _region.SubBands[0].HourLimitUs > 0;
        _result.WorstHourPermille = _air.WorstPermille;
        _result.SosPressed = _sos.Count;
        _result.SosDelaysMs = _sos.DelaysMs;
        _result.SosRestartedDelaysMs = _sos.RestartedDelaysMs;
        _result.SosBarredMs = _sos.BarredMs;
        _result.DrainMs = _harbour ? _clock.TrueMs - _harbourMs : 0;
        if (_life is null)
            return;
        _result.Sketched = _life.Journal.SketchedFrames;
        _result.Damaged = _life.Journal.DamagedFrames;
        for (var kind = FrameKind.Track; kind <= FrameKind.Status; kind++)
            _result.DroppedByKind[(int)kind] = _life.Journal.DroppedOf(kind);
    }
}

/// <summary>An invariant did not hold.</summary>
public sealed class VoyageViolationException : Exception
{
    public VoyageViolationException()
    {
    }

    public VoyageViolationException(string message)
        : base(message)
    {
    }

    public VoyageViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
