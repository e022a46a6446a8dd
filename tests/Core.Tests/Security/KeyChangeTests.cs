using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class KeyChangeTests(ITestOutputHelper output) : IDisposable
{
    private const int Blocks = 4;
    private readonly List<SimulatedAes> _ciphers = [];

    [Fact]
    public void GatewayRing_FirstFrameUnderThePendingKey_CompletesTheChange()
    {
        var (old, next) = (NewCipher(1), NewCipher(2));
        var ring = new GatewayKeyRing(old, null, null, GatewayKeyRing.NotSeen);
        Assert.Equal(KeyOffer.Pending, ring.Offer(next));
        Assert.Equal(KeyOffer.AnotherPending, ring.Offer(NewCipher(3)));
        Assert.Same(old, ring.Downlink);
        Assert.False(ring.Admitted(GatewayKey.Current, FrameClass.Durable, 50));
        Assert.True(ring.Admitted(GatewayKey.Pending, FrameClass.Live, 900));
        Assert.Same(next, ring.Downlink);
        Assert.Same(next, ring.For(GatewayKey.Current, FrameClass.Live, 1));
        Assert.Null(ring.For(GatewayKey.Pending, FrameClass.Live, 1));

        // Live frames under the old key are over; its backlog is not, as far as the new key's first durable frame.
        Assert.Null(ring.For(GatewayKey.Retired, FrameClass.Live, 1));
        Assert.Same(old, ring.For(GatewayKey.Retired, FrameClass.Durable, 70));
        ring.Admitted(GatewayKey.Current, FrameClass.Durable, 64);
        ring.Admitted(GatewayKey.Current, FrameClass.Durable, 62);
        ring.Admitted(GatewayKey.Retired, FrameClass.Durable, 55);
        Assert.Same(old, ring.For(GatewayKey.Retired, FrameClass.Durable, 61));
        Assert.Null(ring.For(GatewayKey.Retired, FrameClass.Durable, 62));
        Assert.Equal(KeyOffer.BacklogAwaited, ring.Offer(NewCipher(3)));
        Assert.False(ring.Settled(61));
        Assert.True(ring.Settled(62));
        Assert.Null(ring.For(GatewayKey.Retired, FrameClass.Durable, 1));
        Assert.Equal(KeyOffer.Pending, ring.Offer(NewCipher(3)));
    }

    [Fact]
    public void GatewayRing_KeyKnownToOthers_IsForgottenAtOnce()
    {
        var ring = new GatewayKeyRing(NewCipher(2), null, NewCipher(1), GatewayKeyRing.NotSeen);
        ring.Forget();
        Assert.Null(ring.For(GatewayKey.Retired, FrameClass.Durable, 1));
        Assert.Equal(KeyOffer.Pending, ring.Offer(NewCipher(3)));
    }

    [Fact]
    public void UnitKeys_WithoutARecord_AreNotThere()
    {
        var flash = NewFlash();
        Assert.False(new UnitKeys(flash, 0, Blocks).TryLoad());
        Assert.True(new UnitKeys(flash, 0, Blocks).TryProvision(Key(1)));
        var keys = Loaded(flash);
        Assert.Equal(1, Current(keys));
        Assert.False(keys.HasPrevious);
        Assert.Equal(UnitKeys.NoCommand, keys.LastCommand);
        Assert.Throws<InvalidOperationException>(() => keys.CopyPrevious(new byte[16]));
    }

    [Fact]
    public void UnitKeys_Change_KeepsTheKeyBeforeUntilADownlinkUnderTheNew()
    {
        var flash = Provisioned();
        Assert.Equal(KeyChange.Changed, Loaded(flash).Change(Key(2), openedUnderPrevious: false, 77));
        var keys = Loaded(flash);
        Assert.Equal((2, true, 77L), (Current(keys), keys.HasPrevious, keys.LastCommand));

        // The command again, since the gateway has not heard of it; under the old key, since it uses that.
        Assert.Equal(KeyChange.AlreadyInUse, keys.Change(Key(2), openedUnderPrevious: true, 78));
        Assert.Equal(KeyChange.FromOldKey, keys.Change(Key(3), openedUnderPrevious: true, 79));
        var previous = new byte[16];
        keys.CopyPrevious(previous);
        Assert.Equal(Key(1), previous);
        Assert.Equal((2, 78L), (Current(keys), keys.LastCommand));
        keys.OpenedUnderCurrent();
        keys = Loaded(flash);
        Assert.Equal((2, false, 78L), (Current(keys), keys.HasPrevious, keys.LastCommand));
        Assert.True(keys.TryRemember(80));
        Assert.Equal(80, Loaded(flash).LastCommand);
    }

    [Fact]
    public void UnitKeys_ChangeCannotBeStored_KeepsTheKey()
    {
        var flash = Provisioned();
        var keys = Loaded(flash);
        for (var block = 0; block < Blocks; block++)
            flash.SetFault(block, BlockFault.Unwritable);
        Assert.Equal(KeyChange.NotStored, keys.Change(Key(2), false, 5));
        Assert.Equal((1, false), (Current(keys), keys.HasPrevious));
    }

    [Fact]
    public void UnitKeys_PowerCutAtEveryByteOfAChange_LeavesTheOldStateOrTheNewOneForGood()
    {
        var random = Seed.New(output);
        var (state, copy) = (Provisioned(), NewFlash());
        var (cuts, changed) = (0, 0);
        for (byte generation = 2; generation < 12; generation++)
        {
            var sizes = new List<int>();
            copy.CopyFrom(state);
            copy.OperationBytes = sizes;
            Change(copy, generation);
            copy.OperationBytes = null;
            for (var operation = 0; operation < sizes.Count; operation++)
            {
                for (var bytes = 0; bytes <= sizes[operation]; bytes++)
                {
                    foreach (var tear in Enum.GetValues<TornWrite>())
                    {
                        copy.CopyFrom(state);
                        copy.CutPowerIn(operation, bytes, tear, random.Next());
                        Assert.Throws<PowerCutException>(() => Change(copy, generation));
                        cuts++;
                        changed += StateAfterCut(copy, generation) ? 1 : 0;
                    }
                }
            }

            Change(state, generation);
        }

        output.WriteLine($"{cuts} cut points, the new key in force after {changed} of them");
        Assert.InRange(changed, cuts / 10, cuts - (cuts / 10));
    }

    /// <summary>
    /// A whole change over a link that loses, repeats and reorders, with a unit that loses power at random, also while it
    /// stores the key. It always ends with the new key on both sides, no durable frame is lost or admitted twice, and no
    /// recorded frame under the old key is admitted any more.
    /// </summary>
    [Fact]
    public void KeyChange_LossRepetitionAndPowerCuts_AlwaysEndsAndLosesNothing()
    {
        var random = Seed.New(output);
        var (rounds, cuts) = (0, 0);
        for (var run = 0; run < 150; run++)
        {
            var world = new KeyChangeWorld(random, NewCipher);
            world.Run(roundsMax: 3_000);
            Assert.True(world.Complete, $"run {run}: the change did not end");
            Assert.Equal(world.DurableMade, world.Journaled);
            world.ReplayEverything();
            (rounds, cuts) = (rounds + world.Rounds, cuts + world.PowerCuts);
        }

        output.WriteLine($"{rounds / 150.0:F1} rounds to the end on average, {cuts} power cuts");
        Assert.True(cuts > 150);
    }

    public void Dispose() => _ciphers.ForEach(cipher => cipher.Dispose());

    internal static byte[] Key(byte generation) => [.. Enumerable.Repeat(generation, 16)];

    // The state is either the old or the new one, wholly; and however often the unit starts, it stays that one.
    private static bool StateAfterCut(SimulatedFlash flash, byte generation)
    {
        bool? isNew = null;
        for (var start = 0; start < 8; start++)
        {
            flash.PowerOn();
            var keys = Loaded(flash);
            var current = Current(keys);
            Assert.True(current == generation || current == generation - 1);
            Assert.Equal(current == generation ? generation : generation - 1L, Math.Max(keys.LastCommand, 1));
            Assert.Equal(isNew ?? current == generation, current == generation);
            isNew = current == generation;
        }

        return isNew == true;
    }

    private static void Change(SimulatedFlash flash, byte generation) =>
        Assert.Equal(KeyChange.Changed, Loaded(flash).Change(Key(generation), false, generation));

    // Five slots a block: a torn record then stays beside the one that supersedes it, as on a real chip.
    private static SimulatedFlash NewFlash() => new(4, 256, Blocks);

    private static SimulatedFlash Provisioned()
    {
        var flash = NewFlash();
        Assert.True(new UnitKeys(flash, 0, Blocks).TryProvision(Key(1)));
        return flash;
    }

    private static UnitKeys Loaded(SimulatedFlash flash)
    {
        var keys = new UnitKeys(flash, 0, Blocks);
        Assert.True(keys.TryLoad());
        return keys;
    }

    private static int Current(UnitKeys keys)
    {
        var key = new byte[16];
        keys.CopyCurrent(key);
        return Assert.Single(key.Distinct());
    }

    private AesCcm NewCipher(byte generation)
    {
        var aes = new SimulatedAes(Key(generation));
        _ciphers.Add(aes);
        return new AesCcm(aes);
    }
}
