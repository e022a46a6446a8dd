using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>
/// One unit and the gateway through a change of key, under the real cipher, keys and counters of the unit in flash that
/// loses power, and a bad link both ways. A frame here is its counter, its class and 8 bytes under a tag of 8.
/// </summary>
internal sealed class KeyChangeWorld
{
    private const byte OldKey = 1;
    private const byte NewKey = 2;
    private const long Start = 1_800_000_000_000;

    private readonly Random _random;
    private readonly AesCcm[] _ciphers;
    private readonly SimulatedFlash _flash = new(4, 128, 8);
    private readonly Dictionary<uint, Sealed> _held = [];
    private readonly List<Sealed> _up = [];
    private readonly List<Sealed> _down = [];
    private readonly List<Sealed> _recorded = [];

    private readonly GatewayKeyRing _ring;
    private readonly LiveWindow _live = new(LiveCounter.None, 0, Start);
    private readonly DurableWindow _durable = new(0, 0, 0);
    private readonly HashSet<uint> _journal = [];
    private readonly AesCcm _offered;

    private UnitKeys _keys;
    private DownlinkWindow _commands;
    private CounterAllocator _liveCounters;
    private CounterAllocator _durableCounters;
    private uint _downCounter = 1000;
    private bool _changeSeen;

    public KeyChangeWorld(Random random, Func<byte, AesCcm> cipherOf)
    {
        (_random, _ciphers) = (random, [null!, cipherOf(OldKey), cipherOf(NewKey)]);
        Assert.True(new UnitKeys(_flash, 0, 4).TryProvision(KeyChangeTests.Key(OldKey)));
        Assert.True(new FlashCounterStore(_flash, 4, 4).TryProvision(0, 0));
        (_keys, _commands, _liveCounters, _durableCounters) = Boot();
        _ring = new GatewayKeyRing(_ciphers[OldKey], null, null, GatewayKeyRing.NotSeen);
        _offered = _ciphers[NewKey];
    }

    public int Rounds { get; private set; }

    public int PowerCuts { get; private set; }

    public int DurableMade { get; private set; }

    public int Journaled => _journal.Count;

    public bool Complete => _changeSeen && !_ring.IsPending && !_ring.IsRetiring && !_keys.HasPrevious && _held.Count == 0;

    public void Run(int roundsMax)
    {
        for (; Rounds < roundsMax && !Complete; Rounds++)
        {
            if (Rounds == 10)
                Assert.Equal(KeyOffer.Pending, _ring.Offer(_offered));
            if (_random.Next(4) == 0)
                _flash.CutPowerIn(_flash.Operations + _random.Next(3), _random.Next(60), (TornWrite)_random.Next(3), _random.Next());
            try
            {
                UnitRound(makesFrames: Rounds < 40 || !_changeSeen);
                Transfer(_down, UnitTakes);
            }
            catch (PowerCutException)
            {
                PowerCuts++;
                _flash.PowerOn();
                (_keys, _commands, _liveCounters, _durableCounters) = Boot();
            }

            Transfer(_up, frame => GatewayTakes(frame));
            GatewayRound();
        }
    }

    /// <summary>
    /// Whatever was ever on air comes again: under the old key nothing opens, and no durable frame is admitted again. A
    /// live frame under the new key that had been lost and is the newest yet is as good as a late one.
    /// </summary>
    public void ReplayEverything()
    {
        foreach (var frame in _recorded)
        {
            var (verdict, key) = GatewayTakes(frame);
            Assert.False(frame.Class == FrameClass.Durable && verdict == "admitted", "a durable frame came in twice");
            Assert.True(frame.KeyGeneration == NewKey || key is null, "the old key still opens");
        }
    }

    private (UnitKeys Keys, DownlinkWindow Commands, CounterAllocator Live, CounterAllocator Durable) Boot()
    {
        while (true)
        {
            try
            {
                var keys = new UnitKeys(_flash, 0, 4);
                Assert.True(keys.TryLoad());
                var store = new FlashCounterStore(_flash, 4, 4);
                return (keys, new DownlinkWindow(keys.LastCommand), new(store.Of(FrameClass.Live), 4), new(store.Of(FrameClass.Durable), 4));
            }
            catch (PowerCutException)
            {
                _flash.PowerOn();
            }
        }
    }

    private void UnitRound(bool makesFrames)
    {
        Assert.True(_liveCounters.TryNext(out var live));
        Send(_up, Seal(UnitKey(), FrameClass.Live, false, live, 0));
        if (makesFrames && _random.Next(2) == 0 || _held.Count > 0 && _random.Next(4) == 0)
        {
            // As a status: it says how far back the oldest held frame is. Only a frame that reached the journal counts.
            Assert.True(_durableCounters.TryNext(out var counter));
            var oldest = _held.Count > 0 ? _held.Keys.Min() : counter;
            _held[counter] = Seal(UnitKey(), FrameClass.Durable, false, counter, counter - oldest);
            DurableMade++;
        }

        foreach (var frame in _held.OrderBy(held => held.Key).Take(6).Select(held => held.Value))
            Send(_up, frame);
    }

    private byte UnitKey()
    {
        var key = new byte[16];
        _keys.CopyCurrent(key);
        return key[0];
    }

    private void UnitTakes(Sealed frame)
    {
        var underCurrent = frame.Opens(_ciphers[UnitKey()]);
        var previous = new byte[16];
        if (!underCurrent && _keys.HasPrevious)
            _keys.CopyPrevious(previous);
        if (!underCurrent && !(_keys.HasPrevious && frame.Opens(_ciphers[previous[0]])))
            return;
        if (frame.Class == FrameClass.Live)
        {
            foreach (var counter in _held.Keys.Where(counter => new Acknowledgement { BaseCounter = frame.A, Bitmap = frame.B }.Covers(counter)).ToList())
            {
                Assert.Contains(counter, _journal);
                _held.Remove(counter);
            }
        }
        else if (_commands.JudgeWhole(frame.Counter, new FakeFrame(frame.Counter)) == DownlinkVerdict.Accepted)
        {
            Assert.NotEqual(KeyChange.NotStored, _keys.Change(KeyChangeTests.Key((byte)frame.A), !underCurrent, frame.Counter));
            return;
        }

        if (underCurrent)
            _keys.OpenedUnderCurrent();
    }

    private void GatewayRound()
    {
        var key = ReferenceEquals(_ring.Downlink, _offered) ? NewKey : OldKey;
        Send(_down, Seal(key, FrameClass.Live, true, _downCounter++, _durable.Base, _durable.Bitmap));
        if (_ring.IsPending)
            Send(_down, Seal(key, FrameClass.Durable, true, _downCounter++, NewKey));
    }

    private (string Verdict, GatewayKey? Key) GatewayTakes(Sealed frame)
    {
        foreach (var key in Enum.GetValues<GatewayKey>())
        {
            var cipher = _ring.For(key, frame.Class, frame.Counter);
            if (cipher is null || !frame.Opens(cipher))
                continue;
            if (frame.Class == FrameClass.Live)
            {
                var verdict = _live.Judge((int)(frame.Counter & 0xFFF), Start + Rounds, new FakeFrame(frame.Counter), out _);
                if (verdict != LiveVerdict.Admitted)
                    return (verdict.ToString(), key);
            }
            else
            {
                var isNew = _journal.Add(frame.Counter);
                _durable.Mark(frame.Counter);
                _durable.HoldsNothingOlder(frame.Counter, (int)frame.A);
                if (!isNew)
                {
                    _ring.Settled(_durable.Base);
                    return ("duplicate", key);
                }
            }

            _changeSeen |= _ring.Admitted(key, frame.Class, frame.Counter);
            _ring.Settled(_durable.Base);
            return ("admitted", key);
        }

        return ("no key", null);
    }

    private void Send(List<Sealed> link, Sealed frame)
    {
        if (!frame.Down)
            _recorded.Add(frame);
        for (var copies = _random.Next(4) switch { 0 or 1 => 0, 2 => 1, _ => 2 }; copies > 0; copies--)
            link.Add(frame);
    }

    private void Transfer(List<Sealed> link, Action<Sealed> take)
    {
        for (var i = _random.Next(12); i > 0 && link.Count > 0; i--)
        {
            var at = _random.Next(Math.Min(link.Count, 20));
            var frame = link[at];
            link.RemoveAt(at);
            take(frame);
        }
    }

    private void Transfer(List<Sealed> link, Func<Sealed, (string Verdict, GatewayKey? Key)> take) =>
        Transfer(link, (Action<Sealed>)(frame => take(frame)));

    private Sealed Seal(byte key, FrameClass frameClass, bool down, uint counter, uint a, uint b = 0) =>
        new(_ciphers[key], key, frameClass, down, counter, a, b);

    private sealed class Sealed
    {
        private const int TextBytes = 8;
        private const int TagBytes = 8;
        private readonly byte[] _nonce = new byte[13];
        private readonly byte[] _frame = new byte[TextBytes + TagBytes];

        public Sealed(IFrameCipher cipher, byte key, FrameClass frameClass, bool down, uint counter, uint a, uint b)
        {
            (KeyGeneration, Class, Down, Counter, A, B) = (key, frameClass, down, counter, a, b);
            _nonce[0] = (byte)((down ? 0x80 : 0) | (int)frameClass);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_nonce.AsSpan(3), counter);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_frame, a);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_frame.AsSpan(4), b);
            cipher.Seal(_nonce, [], 0, _frame, 0, TextBytes, TagBytes);
        }

        public byte KeyGeneration { get; }

        public FrameClass Class { get; }

        public bool Down { get; }

        public uint Counter { get; }

        public uint A { get; }

        public uint B { get; }

        public bool Opens(IFrameCipher cipher) => cipher.Open(_nonce, [], 0, _frame, 0, TextBytes, TagBytes, new byte[TextBytes]);
    }
}
