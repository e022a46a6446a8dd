using BoatTelemetry.Core.Security;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class CounterAllocatorTests
{
    [Fact]
    public void TryNext_WithinAReservation_CountsUpAndSavesOnce()
    {
        var store = new MemoryCounterStore { FirstUnreserved = 40 };
        var counters = new CounterAllocator(store, 10);
        Assert.Equal(Enumerable.Range(40, 10).Select(n => (uint)n), Take(counters, 10));
        Assert.Equal(1, store.Saves);
        Assert.Equal(50u, store.FirstUnreserved);
        Assert.Equal([50u], Take(counters, 1));
        Assert.Equal(60u, store.FirstUnreserved);
    }

    [Fact]
    public void TryNext_AfterLossOfPower_SkipsAndNeverRepeats()
    {
        var store = new MemoryCounterStore();
        var used = new HashSet<uint>();
        for (var life = 0; life < 50; life++)
        {
            foreach (var counter in Take(new CounterAllocator(store, 8), life % 11))
            {
                Assert.True(used.Add(counter), $"{counter} was used twice");
            }
        }
    }

    [Fact]
    public void TryNext_StoreFails_GivesNoNumberUntilItWorksAgain()
    {
        var store = new MemoryCounterStore { LoadFails = true };
        var counters = new CounterAllocator(store, 2);
        Assert.False(counters.TryNext(out _));
        store.LoadFails = false;
        Assert.Equal([0u, 1u], Take(counters, 2));
        store.SaveFails = true;
        Assert.False(counters.TryNext(out _));
        store.SaveFails = false;
        Assert.Equal([2u], Take(counters, 1));
    }

    [Fact]
    public void TryNext_NumbersUsedUp_StopsInsteadOfWrapping()
    {
        var counters = new CounterAllocator(new MemoryCounterStore { FirstUnreserved = uint.MaxValue - 3 }, 1000);
        Assert.Equal([uint.MaxValue - 3, uint.MaxValue - 2, uint.MaxValue - 1], Take(counters, 3));
        Assert.False(counters.TryNext(out _));
    }

    private static List<uint> Take(CounterAllocator counters, int count)
    {
        var taken = new List<uint>();
        for (var i = 0; i < count; i++)
        {
            Assert.True(counters.TryNext(out var counter));
            taken.Add(counter);
        }

        return taken;
    }
}
