using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class DownlinkTests(ITestOutputHelper output)
{
    private const long Epoch2010Ms = 1_262_304_000_000;
    private const uint NowS = 533_000_000;
    private const long NowMs = Epoch2010Ms + (NowS * 1000L);

    [Fact]
    public void TryNext_Counter_FollowsTheTimeAndRisesByOneWithin()
    {
        var reservation = new DownlinkReservation(new MemoryCounterStore());
        var counter = new DownlinkCounter();
        uint[] taken = [.. new[] { 0, 0, 500, 5_000, -9_000 }.Select(ms => Next(counter, reservation, NowMs + ms))];
        Assert.Equal([NowS, NowS + 1, NowS + 2, NowS + 5, NowS + 6], taken);
    }

    [Fact]
    public void TryNext_RestartsAndSteppingClock_NeverRepeats()
    {
        var random = Seed.New(output);
        var store = new MemoryCounterStore();
        var used = new HashSet<(int, uint)>();
        long ahead = 0;
        for (var life = 0; life < 200; life++)
        {
            var reservation = new DownlinkReservation(store);
            DownlinkCounter[] units = [new(), new(), new()];
            var now = NowMs + (life * 60_000L) + (random.Next(10) == 0 ? random.Next(-100_000_000, 0) : 0);
            for (var i = 0; i < 200; i++)
            {
                var unit = random.Next(3);
                now += random.Next(-2_000, 4_000);
                var counter = Next(units[unit], reservation, now);
                Assert.True(used.Add((unit, counter)), $"unit {unit}, counter {counter} twice");
                ahead = Math.Max(ahead, counter - ((now - Epoch2010Ms) / 1000));
            }
        }

        output.WriteLine($"{used.Count} numbers, {store.Saves} saves");
        Assert.True(store.Saves < used.Count / 20);
    }

    [Fact]
    public void TryNext_TwentyRestartsWithinAMinute_StaysWithinReachOfAUnitWithoutMemory()
    {
        var store = new MemoryCounterStore();
        uint last = 0;
        for (var life = 0; life < 20; life++)
            last = Next(new DownlinkCounter(), new DownlinkReservation(store), NowMs + (life * 3_000));
        Assert.InRange(last, NowS, NowS + 60 + 1_500);
    }

    [Fact]
    public void TryNext_EightGatewaysWithRestartsAndSteppingClocks_NeverUseOneNumber()
    {
        var random = Seed.New(output);
        MemoryCounterStore[] stores = [.. Enumerable.Range(0, DownlinkReservation.GatewaysMax).Select(_ => new MemoryCounterStore())];
        var used = new HashSet<uint>();
        for (var life = 0; life < 400; life++)
        {
            var gateway = random.Next(stores.Length);
            var reservation = new DownlinkReservation(stores[gateway], gateway);
            var counter = new DownlinkCounter();
            var now = NowMs + (life * 20_000L) + random.Next(-30_000, 30_000);
            for (var i = 0; i < 50; i++)
            {
                now += random.Next(-2_000, 4_000);
                var next = Next(counter, reservation, now);
                Assert.True(used.Add(next), $"{next} twice, by gateway {gateway}");
                Assert.Equal((uint)gateway, next % DownlinkReservation.GatewaysMax);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new DownlinkReservation(new MemoryCounterStore(), DownlinkReservation.GatewaysMax));
    }

    // Whichever gateway answers, a unit takes the answer, at the latest when the time has caught up with the one before.
    [Fact]
    public void TryNext_UnitBetweenThreeGateways_AcceptsAsSoonAsTheTimeHasCaughtUp()
    {
        var random = Seed.New(output);
        var accepted = 0;
        for (var run = 0; run < 50; run++)
        {
            MemoryCounterStore[] stores = [new(), new(), new()];
            DownlinkReservation[] reservations = [.. stores.Select((store, i) => new DownlinkReservation(store, i))];
            DownlinkCounter[] counters = [new(), new(), new()];
            var window = new DownlinkWindow(LiveCounter.None);
            var (now, gateway, lastAcceptedMs) = (NowMs, 0, NowMs);
            for (var step = 0; step < 1_000; step++)
            {
                now += random.Next(500, 6_000);
                if (random.Next(20) == 0)
                    gateway = random.Next(3);
                if (random.Next(200) == 0)
                    (reservations[gateway], counters[gateway]) = (new DownlinkReservation(stores[gateway], gateway), new DownlinkCounter());
                if (counters[gateway].IsFarAhead(reservations[gateway], now))
                    continue;
                var next = Next(counters[gateway], reservations[gateway], now + random.Next(-200, 200));
                if (Judge(window, next, now, out _) != DownlinkVerdict.Accepted)
                    continue;
                accepted++;
                Assert.InRange(now - lastAcceptedMs, 0, 600_000);
                lastAcceptedMs = now;
                if (random.Next(100) == 0)
                    window = new DownlinkWindow(LiveCounter.None);
            }
        }

        output.WriteLine($"{accepted} of 50,000 accepted");
        Assert.True(accepted > 10_000);
    }

    [Fact]
    public void IsFarAhead_Burst_StopsBeforeAUnitWithoutMemoryIsLost()
    {
        var counter = new DownlinkCounter();
        var reservation = new DownlinkReservation(new MemoryCounterStore());
        uint last = 0;
        while (!counter.IsFarAhead(reservation, NowMs))
            last = Next(counter, reservation, NowMs);

        Assert.Equal(NowS + (uint)reservation.AheadMaxS, last);
        Assert.Equal(DownlinkVerdict.Accepted, Judge(new DownlinkWindow(LiveCounter.None), last, NowMs, out _));
        Assert.False(counter.IsFarAhead(reservation, NowMs + 1_000));
    }

    [Fact]
    public void IsFarAhead_ClockSetBackByADay_DoesNotSilenceTheGatewayForADay()
    {
        var store = new MemoryCounterStore();
        Next(new DownlinkCounter(), new DownlinkReservation(store), NowMs + 86_400_000);

        Assert.False(new DownlinkCounter().IsFarAhead(new DownlinkReservation(store), NowMs));
    }

    [Fact]
    public void TryNext_ReservationCannotBeKept_GivesNoNumber()
    {
        var store = new MemoryCounterStore { SaveFails = true };
        var reservation = new DownlinkReservation(store);
        var counter = new DownlinkCounter();
        Assert.False(counter.TryNext(reservation, NowMs, out _));
        store.SaveFails = false;
        Assert.Equal(NowS, Next(counter, reservation, NowMs));
        Assert.False(new DownlinkCounter().TryNext(new DownlinkReservation(new MemoryCounterStore { LoadFails = true }), NowMs, out _));
    }

    [Fact]
    public void TryNext_NumbersUsedUp_StopsInsteadOfWrapping()
    {
        var reservation = new DownlinkReservation(new MemoryCounterStore { FirstUnreserved = uint.MaxValue - 1 });
        var counter = new DownlinkCounter();
        Assert.Equal(uint.MaxValue - 1, Next(counter, reservation, NowMs));
        Assert.False(counter.TryNext(reservation, NowMs, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2_048, 0)]
    [InlineData(-2_047, 0)]
    [InlineData(0, 2_047)]
    public void Judge_UnitWithoutMemory_FindsTheCounterFromItsTime(int clockErrorS, int counterAheadS)
    {
        var window = new DownlinkWindow(LiveCounter.None);
        var counter = (uint)(NowS + counterAheadS);
        Assert.Equal(DownlinkVerdict.Accepted, Judge(window, counter, NowMs + (clockErrorS * 1000L), out var found));
        Assert.Equal(counter, found);
        Assert.Equal(DownlinkVerdict.Replayed, Judge(window, counter, NowMs, out _));
        Assert.Equal(DownlinkVerdict.Older, Judge(window, counter - 1, NowMs, out _));
        Assert.Equal(DownlinkVerdict.Accepted, Judge(window, counter + 1, NowMs, out _));
    }

    [Fact]
    public void Judge_NeitherTimeNorMemory_SaysSo()
    {
        var window = new DownlinkWindow(LiveCounter.None);
        Assert.Equal(DownlinkVerdict.TimeUnknown, Judge(window, NowS, UtcTime.Unknown, out _));
        Assert.Equal(DownlinkVerdict.TimeUnknown, Judge(window, NowS, 0, out _));
        Assert.Equal(DownlinkVerdict.TagMismatch, Judge(window, NowS, NowMs + 4_000_000, out _));
        Assert.Equal(LiveCounter.None, window.Last);
    }

    [Theory]
    [InlineData(1, DownlinkVerdict.Accepted)]
    [InlineData(80_000, DownlinkVerdict.Accepted)]
    [InlineData(110_000, DownlinkVerdict.TagMismatch)]
    [InlineData(0, DownlinkVerdict.Replayed)]
    [InlineData(-500, DownlinkVerdict.Older)]
    public void Judge_TimeUnknown_FindsTheCounterBehindTheLast(int aheadS, DownlinkVerdict expected)
    {
        var window = new DownlinkWindow(NowS);
        Assert.Equal(expected, Judge(window, (uint)(NowS + aheadS), UtcTime.Unknown, out _));
    }

    [Fact]
    public void Judge_TimeIsWrongByDays_StillFindsTheNextOne()
    {
        var window = new DownlinkWindow(NowS);
        Assert.Equal(DownlinkVerdict.Accepted, Judge(window, NowS + 1_000, NowMs + 500_000_000, out _));
    }

    [Fact]
    public void Judge_Forgery_IsTriedAgainstFewCounters()
    {
        var window = new DownlinkWindow(NowS);
        foreach (var (time, openings) in new[] { (NowMs, 3), (UtcTime.Unknown, DownlinkWindow.TimelessCycles + 1) })
        {
            var frame = FakeFrame.Forged(9);
            Assert.Equal(DownlinkVerdict.TagMismatch, window.Judge(9, time, frame, out _));
            Assert.InRange(frame.Openings, 1, openings);
        }
    }

    [Fact]
    public void JudgeWhole_Command_IsAcceptedOnceAndOnlyRising()
    {
        var window = new DownlinkWindow(LiveCounter.None);
        Assert.Equal(DownlinkVerdict.TagMismatch, window.JudgeWhole(7, FakeFrame.Forged(7)));
        Assert.Equal(DownlinkVerdict.Accepted, window.JudgeWhole(7, new FakeFrame(7)));
        Assert.Equal(DownlinkVerdict.Replayed, window.JudgeWhole(7, new FakeFrame(7)));
        Assert.Equal(DownlinkVerdict.Older, window.JudgeWhole(6, new FakeFrame(6)));
        Assert.Equal(7, window.Last);
    }

    [Fact]
    public void Judge_RandomLossReorderAndRepetition_AcceptsEachOnceInRisingOrder()
    {
        var random = Seed.New(output);
        var accepted = 0;
        for (var run = 0; run < 300; run++)
        {
            var gateway = new DownlinkCounter();
            var reservation = new DownlinkReservation(new MemoryCounterStore());
            var window = new DownlinkWindow(LiveCounter.None);
            var air = new List<uint>();
            long now = NowMs + random.Next(), newest = -1;
            for (var step = 0; step < 200; step++)
            {
                now += random.Next(0, random.Next(10) == 0 ? 5_000_000 : 3_000);
                air.Add(Next(gateway, reservation, now));
                var take = random.Next(3) == 0 ? air[random.Next(air.Count)] : air[^1];
                var unitTime = random.Next(4) == 0 && newest >= 0 ? UtcTime.Unknown : now + random.Next(-1_000_000, 1_000_000);
                if (Judge(window, take, unitTime, out var found) == DownlinkVerdict.Accepted)
                {
                    accepted++;
                    Assert.Equal(take, found);
                    Assert.True(take > newest);
                    newest = take;
                }
                else
                {
                    var nearTime = unitTime != UtcTime.Unknown && Math.Abs(take - ((unitTime - Epoch2010Ms) / 1000)) < 2_047;
                    Assert.False(take > newest && nearTime, $"{take} after {newest} at {unitTime}");
                }
            }
        }

        output.WriteLine($"{accepted} accepted");
        Assert.True(accepted > 10_000);
    }

    private static uint Next(DownlinkCounter counter, DownlinkReservation reservation, long nowMs)
    {
        Assert.True(counter.TryNext(reservation, nowMs, out var next));
        return next;
    }

    private static DownlinkVerdict Judge(DownlinkWindow window, uint counter, long nowMs, out uint found) =>
        window.Judge((int)(counter & 0xFFF), nowMs, new FakeFrame(counter), out found);
}
