using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class FlashCounterStoreTests
{
    private readonly SimulatedFlash _flash = new(4, 128, 6);

    [Fact]
    public void TryLoad_FlashWithoutARecord_GivesNoNumbersUntilProvisioned()
    {
        var store = NewStore();
        Assert.False(new CounterAllocator(store.Of(FrameClass.Live), 4).TryNext(out _));
        Assert.Equal(FlashRecordState.Blank, store.State);
        Assert.True(store.TryProvision(10, 20));
        Assert.Equal(10u, Next(store, FrameClass.Live));
        Assert.Equal(20u, Next(store, FrameClass.Durable));
    }

    [Fact]
    public void TryLoad_ContentLost_GivesNoNumbers()
    {
        Assert.True(NewStore().TryProvision(0, 0));
        for (var block = 0; block < 6; block++)
            _flash.EraseBlock(block);
        _flash.FlipBit(3, 3, 3);
        var store = NewStore();
        Assert.False(store.Of(FrameClass.Durable).TryLoad(out _));
        Assert.Equal(FlashRecordState.Lost, store.State);
    }

    [Fact]
    public void TryProvision_CountersThatRun_NeverGoBack()
    {
        Assert.True(NewStore().TryProvision(10, 20));
        Assert.Equal(10u, Next(NewStore(), FrameClass.Live));
        Assert.True(NewStore().TryProvision(0, 100));
        var store = NewStore();
        Assert.Equal(14u, Next(store, FrameClass.Live));
        Assert.Equal(100u, Next(store, FrameClass.Durable));
    }

    [Fact]
    public void Of_BothClasses_ShareOneRecordAndDoNotMoveEachOther()
    {
        Assert.True(NewStore().TryProvision(0, 0));
        var store = NewStore();
        Assert.Equal([0u, 0u, 1u], new[] { Next(store, FrameClass.Live), Next(store, FrameClass.Durable), NextTwice(store) });
        var again = NewStore();
        Assert.True(again.Of(FrameClass.Live).TryLoad(out var live));
        Assert.True(again.Of(FrameClass.Durable).TryLoad(out var durable));
        Assert.Equal((4u, 8u), (live, durable));
    }

    [Fact]
    public void TrySave_BelowWhatIsReserved_IsMisuse()
    {
        var store = NewStore();
        store.TryProvision(10, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Of(FrameClass.Live).TrySave(9));
    }

    private static uint Next(FlashCounterStore store, FrameClass frameClass)
    {
        Assert.True(new CounterAllocator(store.Of(frameClass), 4).TryNext(out var counter));
        return counter;
    }

    // A second allocator of a class starts behind the first one's reservation; the third number is taken from one.
    private static uint NextTwice(FlashCounterStore store)
    {
        var counters = new CounterAllocator(store.Of(FrameClass.Durable), 4);
        Assert.True(counters.TryNext(out var first));
        Assert.True(counters.TryNext(out var second));
        return second - first;
    }

    private FlashCounterStore NewStore() => new(_flash, 0, 6);
}
