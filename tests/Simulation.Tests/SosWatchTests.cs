using BoatTelemetry.Core.Links;
using Xunit;

namespace BoatTelemetry.Simulation.Tests;

/// <summary>The bound in which an SOS must have arrived, which is the invariant of the voyages.</summary>
public sealed class SosWatchTests
{
    private const int PaceMs = 247_000;
    private const int Tested = 1_000;

    private readonly LinkReach _reach = new(new VoyagePlan(1, VoyageScale.Brief));

    [Fact]
    public void CheckLoRa_ManyWereAnsweredBefore_BoundIsThatOfTheFirst() =>
        Assert.Equal(BoundMs(answered: 0, sharing: 1), BoundMs(answered: 40, sharing: 1));

    [Fact]
    public void CheckLoRa_SharedWithOthers_BoundIsTheSlowerPaces()
    {
        var alone = BoundMs(answered: 0, sharing: 1);
        Assert.InRange(BoundMs(answered: 0, sharing: 3), (2 * alone) + 1, 3 * alone);
    }

    [Fact]
    public void CheckLoRa_OtherOptions_OtherBound() =>
        Assert.True(BoundMs(0, 1, new DispatchOptions { SosRetryMaxMs = 1_200_000 }) > BoundMs(0, 1));

    [Fact]
    public void Check_SosThatTheJournalDidNotTake_IsBoundFromItsStoringOn()
    {
        const long storedMs = 10_000_000;
        var violations = new List<string>();
        var watch = new SosWatch(new DispatchOptions()) { Violated = violations.Add };
        watch.PressUnstored(0);
        watch.Sealed(5, isStored: false, 1_000);
        watch.Check(LinkKind.Wifi, _reach, 0, storedMs);
        Assert.Empty(violations);

        watch.Sealed(6, isStored: true, storedMs);
        watch.Check(LinkKind.Wifi, _reach, 0, storedMs + 1_000);
        Assert.Empty(violations);
        watch.Check(LinkKind.Wifi, _reach, 0, 100 * storedMs);
        Assert.Contains("SOS 5/6 has not arrived", Assert.Single(violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrived_AnyCounterOfAnSosThatWaited_EndsIt()
    {
        var watch = new SosWatch(new DispatchOptions());
        watch.PressUnstored(0);
        watch.Sealed(5, isStored: false, 1_000);
        watch.Sealed(6, isStored: true, 2_000);
        watch.Arrived(5, 3_000);
        Assert.Equal((0, 1, 1), (watch.Open, watch.Count, watch.DelaysMs.Count));
    }

    [Fact]
    public void Restarted_SosThatOnlyMemoryKnew_IsNotWaitedFor()
    {
        var watch = new SosWatch(new DispatchOptions());
        watch.Press(1, 0);
        watch.PressUnstored(0);
        watch.Sealed(2, isStored: false, 1_000);
        watch.Restarted();
        Assert.Equal(1, watch.Open);
    }

    // To the nearest second below; pressed before the reach, so there is no burst in it.
    private long BoundMs(int answered, int sharing, DispatchOptions? options = null)
    {
        var isViolated = false;
        var watch = new SosWatch(options ?? new DispatchOptions()) { Violated = _ => isViolated = true };
        for (var counter = 0u; counter < answered; counter++)
        {
            watch.Press(counter, 0);
            watch.Arrived(counter, 0);
        }

        watch.Press(Tested, 0);
        watch.Sharing(sharing);
        var nowMs = 1_000L;
        for (; !isViolated; nowMs += 1_000)
        {
            watch.CheckLoRa(_reach, 1_000, nowMs, PaceMs, isBarred: false);
            Assert.InRange(nowMs, 0, 1_000_000_000);
        }

        return nowMs;
    }
}
