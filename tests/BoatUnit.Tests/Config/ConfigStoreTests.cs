using System.Text;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Config;

/// <summary>Whatever instant the power fails at, the configuration is the one of before or the new one.</summary>
public sealed class ConfigStoreTests(ITestOutputHelper output)
{
    private static readonly TornWrite[] _tears = [TornWrite.Prefix, TornWrite.Scrambled, TornWrite.Unstable];

    private static readonly byte[] _old = Encoding.ASCII.GetBytes("{\"configVersion\":1,\"unit\":{\"id\":17}}");
    private static readonly byte[] _new = Encoding.ASCII.GetBytes("{\"configVersion\":1,\"unit\":{\"id\":18},\"lora\":{}}");

    public static TheoryData<int, bool> Geometries => new() { { 1, false }, { 4, true }, { 16, false } };

    [Fact]
    public void Load_NothingEverSaved_IsBlank()
    {
        var store = new ConfigStore(NewFlash(4, false));
        Assert.Null(store.Load());
        Assert.Equal(ConfigState.Blank, store.State);
    }

    [Fact]
    public void Load_AfterManySaves_GivesTheNewest()
    {
        var flash = NewFlash(4, false);
        for (var i = 0; i < 20; i++)
        {
            Save(flash, Encoding.ASCII.GetBytes($"number {i}"));
            Assert.Equal($"number {i}", Encoding.ASCII.GetString(Load(flash)!));
        }

        Assert.InRange(flash.Erases(0) - flash.Erases(1), -1, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Load_OneCopyDecayed_GivesTheOtherAndMendsIt(int copy)
    {
        var flash = NewFlash(4, false);
        Save(flash, _new);
        flash.FlipBit(copy, 12, 3);
        var store = new ConfigStore(flash);
        Assert.Equal(_new, store.Load());
        Assert.True(store.BothGood);
        Assert.Equal(1, store.BadCopies);
        flash.FlipBit(1 - copy, 12, 3);
        Assert.Equal(_new, Load(flash));
    }

    [Fact]
    public void Load_BothCopiesDecayed_IsLostAndCanBeSavedAnew()
    {
        var flash = NewFlash(4, false);
        Save(flash, _new);
        flash.FlipBit(0, 12, 3);
        flash.FlipBit(1, 20, 3);
        var store = new ConfigStore(flash);
        Assert.Null(store.Load());
        Assert.Equal(ConfigState.Lost, store.State);
        Assert.True(store.TrySave(_old, _old.Length));
        Assert.Equal(_old, Load(flash));
    }

    [Fact]
    public void TrySave_OneBlockTakesNothing_IsRefusedAndTheOldStays()
    {
        foreach (var block in new[] { 0, 1 })
        {
            var flash = NewFlash(4, false);
            Save(flash, _old);
            flash.SetFault(block, BlockFault.Unwritable);
            var store = new ConfigStore(flash);
            Assert.Equal(_old, store.Load());
            var saved = store.TrySave(_new, _new.Length);
            Assert.Equal(saved ? _new : _old, Load(flash));
            Assert.False(store.BothGood);
        }
    }

    [Fact]
    public void TrySave_TooLong_IsRefused()
    {
        var flash = new SimulatedFlash(1, 4096, 2);
        var store = new ConfigStore(flash);
        store.Load();
        Assert.False(store.TrySave(new byte[ConfigStore.TextBytesMax + 1], ConfigStore.TextBytesMax + 1));
        Assert.True(store.TrySave(new byte[ConfigStore.TextBytesMax], ConfigStore.TextBytesMax));
        Assert.Equal(ConfigStore.TextBytesMax, Load(flash)!.Length);
    }

    [Fact]
    public void TrySave_BeforeLoad_IsMisuse()
    {
        Assert.Throws<InvalidOperationException>(() => new ConfigStore(NewFlash(1, false)).TrySave(_old, _old.Length));
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    public void TrySave_PowerCutAtEveryByteOfEveryOperation_LeavesOldOrNewAndStaysWithIt(int programBytes, bool cached)
    {
        var random = Seed.New(output);
        var (cuts, second) = Trial(programBytes, cached, random, flash => new ConfigStore(flash), output.WriteLine);
        output.WriteLine($"program {programBytes} B: {cuts} cut points, {second} lives behind them cut again, 0 violations");
        Assert.True(cuts > 1_000);
        Assert.True(second > cuts / 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TrySave_PowerCutInTheVeryFirstSave_LeavesNothingOrTheNew(bool cached)
    {
        var sizes = Sizes(NewFlash(4, cached), _new);
        for (var operation = 0; operation < sizes.Count; operation++)
        {
            for (var bytes = 0; bytes <= sizes[operation]; bytes++)
            {
                var flash = NewFlash(4, cached);
                flash.CutPowerIn(operation, bytes, TornWrite.Scrambled, bytes);
                Assert.Throws<PowerCutException>(() => Save(flash, _new));
                flash.PowerOn();
                Assert.True(Load(flash) is not { } text || text.AsSpan().SequenceEqual(_new));
                Save(flash, _old);
                Assert.Equal(_old, Load(flash));
            }
        }
    }

    /// <summary>
    /// Cuts the save of a new text at each byte of each operation and in each way; the life behind it is cut at a random
    /// place too; what that one and the next ones load must be old or new, and once new or old was believed it stays.
    /// </summary>
    private static (int Cuts, int SecondCuts) Trial(
        int programBytes, bool cached, Random random, Func<SimulatedFlash, ConfigStore> open, Action<string> tell)
    {
        var (cuts, secondCuts) = (0, 0);
        var before = NewFlash(programBytes, cached);
        Save(before, Encoding.ASCII.GetBytes("older"));
        Save(before, _old);
        var sizes = Sizes(before, _new);
        var flash = NewFlash(programBytes, cached);
        for (var operation = 0; operation < sizes.Count; operation++)
        {
            for (var bytes = 0; bytes <= sizes[operation]; bytes++)
            {
                foreach (var tear in _tears)
                {
                    flash.CopyFrom(before);
                    flash.CutPowerIn(operation, bytes, tear, random.Next());
                    cuts += Survives(() => Save(flash, _new)) ? 0 : 1;
                    flash.PowerOn();
                    flash.CutPowerIn(random.Next(4), random.Next(80), _tears[random.Next(3)], random.Next());
                    byte[]? believed = null;
                    secondCuts += Survives(() => believed = open(flash).Load()) ? 0 : 1;
                    flash.PowerOn();
                    for (var life = 0; life < 3; life++)
                    {
                        var text = open(flash).Load();
                        var which = $"operation {operation}, byte {bytes}, {tear}, life {life}";
                        Assert.True(text is not null && (text.AsSpan().SequenceEqual(_old) || text.AsSpan().SequenceEqual(_new)), which);
                        Assert.True(believed is null || text.AsSpan().SequenceEqual(believed), which + ": another one than before");
                        believed = text;
                        flash.PowerOn();
                    }
                }
            }
        }

        tell($"operations of a save: {string.Join(' ', sizes)} bytes");
        return (cuts, secondCuts);
    }

    private static bool Survives(Action life)
    {
        try
        {
            life();
            return true;
        }
        catch (PowerCutException)
        {
            return false;
        }
    }

    private static List<int> Sizes(SimulatedFlash before, byte[] text)
    {
        var sizes = new List<int>();
        var flash = new SimulatedFlash(before.ProgramBytes, before.EraseBlockBytes, before.BlockCount);
        flash.CopyFrom(before);
        flash.OperationBytes = sizes;
        Save(flash, text);
        return sizes;
    }

    private static void Save(SimulatedFlash flash, byte[] text)
    {
        var store = new ConfigStore(flash);
        store.Load();
        Assert.True(store.TrySave(text, text.Length));
    }

    private static byte[]? Load(SimulatedFlash flash) => new ConfigStore(flash).Load();

    private static SimulatedFlash NewFlash(int programBytes, bool cached) => new(programBytes, 112, 2, cached);
}
