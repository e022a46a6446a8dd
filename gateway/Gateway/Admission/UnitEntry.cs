using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What the admission knows of one unit. It outlives the unit's place in the fleet file: counters never start again.</summary>
internal sealed class UnitEntry
{
    /// <summary>Named limit: genuine frames that do not read, remembered for each unit; more of them wait until they are sent again.</summary>
    public const int UnreadableMax = 32;

    private FleetUnit? _registered;
    private GatewayKeyRing? _keys;
    private UnitKeyState _kept;
    private List<uint>? _unreadable;

    public UnitEntry(in AdmissionState kept)
    {
        Live = kept.Live.ToWindow();
        Durable = kept.Durable.ToWindow();
        _kept = kept.Keys;
    }

    public LiveWindow Live { get; }

    public DurableWindow Durable { get; }

    public RecentFrames Recent { get; } = new();

    /// <summary>
    /// The unit's keys; made anew when the fleet has been replaced. Then <paramref name="isAbsent"/> tells whether the fleet file lacks the
    /// key in use.
    /// </summary>
    public GatewayKeyRing KeysOf(FleetUnit unit, out bool isAbsent)
    {
        isAbsent = false;
        if (_keys is not null && ReferenceEquals(unit, _registered))
            return _keys;
        _kept = KeyState();
        _keys = UnitKeyRings.Make(unit, _kept);
        if (unit.KeyEpoch > _kept.Epoch)
            _kept = new UnitKeyState(unit.KeyEpoch, GatewayKeyRing.NotSeen);
        _keys.Settled(Durable.Base);
        _registered = unit;
        isAbsent = unit.CipherOf(_kept.Epoch) is null;
        return _keys;
    }

    /// <summary>Another gateway's journal has these durable frames of the unit: they may be acknowledged from here too.</summary>
    public void Learn(in DurableWindowState stored)
    {
        const int WordBits = 64;
        Durable.HoldsNothingOlder(stored.Base, 0);
        for (var ahead = 1; ahead <= DurableWindow.AheadMax && stored.Base <= uint.MaxValue - (uint)ahead; ahead++)
        {
            var word = ahead <= WordBits ? stored.Near : stored.Far;
            if (((word >> ((WordBits - ahead) & (WordBits - 1))) & 1) != 0)
                Durable.Mark(stored.Base + (uint)ahead);
        }

        _keys?.Settled(Durable.Base);
    }

    /// <summary>Tells the ring of an admitted frame. True if it has completed a change of key.</summary>
    public bool Admitted(GatewayKey key, FrameClass frameClass, uint counter)
    {
        if (!_keys!.Admitted(key, frameClass, counter))
            return false;
        _kept = _kept with { Epoch = _kept.Epoch + 1 };
        return true;
    }

    /// <summary>Settles a durable frame that goes to the journal now, in the state that is committed with it.</summary>
    public DurableMark Settle(uint counter)
    {
        var mark = Durable.Mark(counter);
        _keys!.Settled(Durable.Base);
        return mark;
    }

    /// <summary>Takes over what a status says of both counters.</summary>
    public void Heed(StatusReport status, uint counter, long receivedUtcMs)
    {
        Durable.HoldsNothingOlder(counter, status.OldestHeldBack);
        _keys!.Settled(Durable.Base);
        if (!status.IsLong || status.LiveCounter == StatusReport.NoCounter)
            return;

        // The time bounds how far the window searches from there on: no later than now, whatever the unit's clock says, and no
        // earlier than what the window knew, which was before.
        var saidUtcMs = status.UtcMs == UtcTime.Unknown ? Live.AsOfUtcMs : status.UtcMs;
        Live.Announce(status.LiveCounter, Math.Min(Math.Max(saidUtcMs, Live.AsOfUtcMs), receivedUtcMs));
    }

    /// <summary>Remembers a genuine durable frame that does not read, and so is never in the journal.</summary>
    public void NoteUnreadable(uint counter)
    {
        _unreadable ??= [];
        if (counter >= Durable.Base && _unreadable.Count < UnreadableMax && !_unreadable.Contains(counter))
            _unreadable.Add(counter);
    }

    /// <summary>
    /// Settles frames that do not read once they stand between the unit and its acknowledgements: when it has sent
    /// <paramref name="newest"/>, to which the bitmap behind them does not reach. Returns how many.
    /// </summary>
    public int GiveUpUnreadable(uint newest)
    {
        var givenUp = 0;
        while (_unreadable is { Count: > 0 })
        {
            var settledBase = Durable.Base;
            _unreadable.RemoveAll(counter => counter < settledBase);
            if ((long)newest - settledBase <= Acknowledgement.BitmapBits || !_unreadable.Remove(settledBase))
                break;
            Settle(settledBase);
            givenUp++;
        }

        return givenUp;
    }

    /// <summary>What is to be kept of the unit with a frame.</summary>
    public AdmissionState ToKept() => new(LiveWindowState.Of(Live), DurableWindowState.Of(Durable), KeyState());

    private UnitKeyState KeyState() => _keys is null ? _kept : _kept with { RetiredBelow = _keys.RetiredBelow };
}
