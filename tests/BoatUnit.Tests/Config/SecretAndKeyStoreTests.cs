using System.Text;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Config;

public sealed class SecretAndKeyStoreTests
{
    private static readonly byte[] _key = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] _other = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];

    [Fact]
    public void TrySet_EachSecret_KeepsTheOthersAndIsLoaded()
    {
        var flash = new SimulatedFlash(1, 512, 4);
        var store = new SecretStore(flash);
        Assert.False(store.TryLoad());
        for (var i = 0; i < SecretStore.Kinds; i++)
            Assert.True(store.TrySet((SecretKind)i, Value(i)));
        var next = new SecretStore(flash);
        Assert.True(next.TryLoad());
        for (var i = 0; i < SecretStore.Kinds; i++)
            Assert.Equal(Encoding.ASCII.GetString(Value(i)), next.Use((SecretKind)i));
        Assert.True(next.TrySet(SecretKind.MqttPassword, []));
        Assert.Equal((true, false, true), (next.IsSet(SecretKind.WifiPassword), next.IsSet(SecretKind.MqttPassword), next.IsSet(SecretKind.SimPin)));
        Assert.Throws<ArgumentException>(() => next.TrySet(SecretKind.SimPin, new byte[9]));
    }

    [Fact]
    public void TrySet_PowerCutAtEveryByte_LeavesOldOrNew()
    {
        var before = new SimulatedFlash(1, 512, 4);
        new SecretStore(before).TrySet(SecretKind.SimPin, [1, 1, 1, 1]);
        var flash = new SimulatedFlash(1, 512, 4);
        for (var point = 0; point < 300; point++)
        {
            flash.CopyFrom(before);
            flash.CutPowerIn(point % 2, point / 2, TornWrite.Unstable, point);
            Assert.Throws<PowerCutException>(() => new SecretStore(flash).TrySet(SecretKind.SimPin, [2, 2, 2, 2]));
            flash.PowerOn();
            var store = new SecretStore(flash);
            Assert.True(store.TryLoad());
            Assert.Contains(store.Use(SecretKind.SimPin), new[] { "\u0001\u0001\u0001\u0001", "\u0002\u0002\u0002\u0002" });
        }
    }

    [Fact]
    public void Set_PowerCutAtEveryByteOfBothAreas_NeverLeavesAKeyWithoutItsCounters()
    {
        for (var point = 0; point < 400; point++)
        {
            var (keyFlash, counterFlash) = (new SimulatedFlash(1, 512, 4), new SimulatedFlash(1, 512, 4));
            Assert.Equal(KeyResult.Set, Store(keyFlash, counterFlash).Set(_key, 10, 20));
            keyFlash.PowerOn();
            counterFlash.PowerOn();
            (point % 2 == 0 ? keyFlash : counterFlash).CutPowerIn(point / 2 % 2, point / 4, TornWrite.Scrambled, point);
            try
            {
                Store(keyFlash, counterFlash).Set(_other, 1_000, 2_000);
            }
            catch (PowerCutException)
            {
                keyFlash.PowerOn();
                counterFlash.PowerOn();
            }

            var keys = new UnitKeys(keyFlash, 0, 4);
            Assert.True(keys.TryLoad());
            var current = new byte[16];
            keys.CopyCurrent(current);
            Assert.True(new FlashCounterStore(counterFlash, 0, 4).Of(FrameClass.Live).TryLoad(out var live));
            Assert.True(live >= (current.AsSpan().SequenceEqual(_other) ? 1_000u : 10u));
        }
    }

    [Fact]
    public void Set_CountersCannotBeStored_KeepsTheKey()
    {
        var (keyFlash, counterFlash) = (new SimulatedFlash(1, 512, 4), new SimulatedFlash(1, 512, 4));
        Store(keyFlash, counterFlash).Set(_key, 0, 0);
        for (var block = 0; block < 4; block++)
            counterFlash.SetFault(block, BlockFault.Dead);
        var store = Store(keyFlash, counterFlash);
        var check = store.CheckValue();
        Assert.Equal(KeyResult.CountersNotStored, store.Set(_other, 0, 0));
        Assert.Equal(check, store.CheckValue());
        Assert.False(store.MustRestart);
    }

    [Fact]
    public void CheckValue_WithoutAKey_IsNone()
    {
        var store = Store(new SimulatedFlash(1, 512, 4), new SimulatedFlash(1, 512, 4));
        Assert.False(store.IsSet);
        Assert.Null(store.CheckValue());
    }

    private static KeyStore Store(IFlash keyFlash, IFlash counterFlash)
    {
        var store = new KeyStore(new UnitKeys(keyFlash, 0, 4), new FlashCounterStore(counterFlash, 0, 4));
        store.TryLoad();
        return store;
    }

    private static byte[] Value(int kind) => Encoding.ASCII.GetBytes(new string((char)('a' + kind), SecretStore.BytesMax((SecretKind)kind)));
}
