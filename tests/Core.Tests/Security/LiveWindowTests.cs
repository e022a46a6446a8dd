using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class LiveWindowTests(ITestOutputHelper output)
{
    private const long Start = 1_800_000_000_000;
    private const long DayMs = 86_400_000;

    [Theory]
    [InlineData(1001, LiveVerdict.Admitted)]
    [InlineData(1000, LiveVerdict.Replayed)]
    [InlineData(998, LiveVerdict.Replayed)]
    [InlineData(999, LiveVerdict.Older)]
    [InlineData(1000 - 64, LiveVerdict.Older)]
    [InlineData(0, LiveVerdict.Older)]
    [InlineData(1000 + 4096, LiveVerdict.Admitted)]
    [InlineData(1000 + (64 * 4096), LiveVerdict.Admitted)]
    [InlineData(1001 + (64 * 4096), LiveVerdict.TagMismatch)]
    public void Judge_CounterNearTheNewest_IsClassified(long counter, LiveVerdict expected)
    {
        var window = new LiveWindow(1000, 0b101, Start);
        var verdict = window.Judge((int)(counter & 0xFFF), Start, new FakeFrame(counter), out var found);
        Assert.Equal(expected, verdict);
        Assert.Equal(expected == LiveVerdict.TagMismatch ? 0 : counter, found);
        Assert.Equal(expected == LiveVerdict.Admitted ? counter : 1000, window.Newest);
    }

    [Fact]
    public void Judge_CounterFarBack_IsOlderAndNotForged()
    {
        var window = new LiveWindow(1_000_000, 1, Start);
        Assert.Equal(LiveVerdict.Older, Judge(window, 1_000_000 - (60 * 4096), Start));
    }

    [Fact]
    public void Judge_FirstFrameOfANewUnit_IsAdmittedFromZeroOn()
    {
        var window = new LiveWindow(LiveCounter.None, 0, Start);
        Assert.Equal(LiveVerdict.Admitted, Judge(window, 0, Start));
        Assert.Equal(LiveVerdict.Replayed, Judge(window, 0, Start));
        Assert.Equal(LiveVerdict.Admitted, Judge(window, 1, Start));
    }

    [Fact]
    public void Judge_AfterAMonthUnseen_NeedsASecondFrame()
    {
        var window = new LiveWindow(1000, 1, Start);
        var now = Start + (30 * DayMs);
        var counter = 1000 + (30 * 86_400);
        var frame = new FakeFrame(counter);
        Assert.Equal(LiveVerdict.Unconfirmed, window.Judge(frame.Low, now, frame, out _));
        output.WriteLine($"openings for a month: {frame.Openings}");
        Assert.InRange(frame.Openings, 600, 64 + 64 + 640);

        // The same frame by another concentrator, then a replay of an old one, then the next frame.
        Assert.Equal(LiveVerdict.Unconfirmed, Judge(window, counter, now));
        Assert.Equal(LiveVerdict.Replayed, Judge(window, 1000, now));
        Assert.Equal(1000, window.Newest);
        Assert.Equal(LiveVerdict.Admitted, Judge(window, counter + 3, now + 5_000));
        Assert.Equal(counter + 3, window.Newest);
        Assert.Equal(LiveVerdict.Older, Judge(window, counter, now + 6_000));
    }

    [Fact]
    public void Judge_BeyondWhatTheUnitCanHaveUsed_IsNotFound()
    {
        var limit = 1000 + (64 * 4096) + (30 * 86_400);
        Assert.Equal(LiveVerdict.Unconfirmed, Judge(new LiveWindow(1000, 1, Start), limit, Start + (30 * DayMs)));
        Assert.Equal(LiveVerdict.TagMismatch, Judge(new LiveWindow(1000, 1, Start), limit + 1, Start + (30 * DayMs)));
    }

    [Fact]
    public void Judge_ClaimNeverConfirmed_DoesNotStopTheUnit()
    {
        var window = new LiveWindow(1000, 1, Start);
        var now = Start + (30 * DayMs);
        Assert.Equal(LiveVerdict.Unconfirmed, Judge(window, 2_000_000, now));
        Assert.Equal(LiveVerdict.Admitted, Judge(window, 1_500, now));
        Assert.Equal(LiveVerdict.TagMismatch, Judge(window, 2_000_001, now));
    }

    [Fact]
    public void Announce_LiveCounterInAStatus_SparesTheSearch()
    {
        var window = new LiveWindow(1000, 1, Start);
        window.Announce(3_000_000, Start + DayMs);
        Assert.Equal(LiveVerdict.Admitted, Judge(window, 3_000_000, Start + DayMs));
        window.Announce(2_000_000, Start);
        Assert.Equal(3_000_000, window.Newest);
        Assert.Equal(LiveVerdict.Older, Judge(window, 2_999_999, Start + DayMs));
    }

    [Fact]
    public void Judge_CountersUsedUp_EndsInsteadOfWrapping()
    {
        var window = new LiveWindow(uint.MaxValue - 1, 1, Start);
        Assert.Equal(LiveVerdict.Admitted, Judge(window, uint.MaxValue, Start));
        Assert.Equal(LiveVerdict.TagMismatch, Judge(window, (long)uint.MaxValue + 5, Start + DayMs));
    }

    [Fact]
    public void Judge_FloodOfForgeries_BuysFewGuessesAndTheUnitIsStillHeard()
    {
        var random = Seed.New(output);
        var window = new LiveWindow(100_000, 1, Start - (30 * DayMs));
        long openings = 0;
        const int Forgeries = 100_000;
        for (var i = 0; i < Forgeries; i++)
        {
            var frame = FakeFrame.Forged(random.Next(4096));
            Assert.Equal(LiveVerdict.TagMismatch, window.Judge(frame.Low, Start + i, frame, out _));
            openings += frame.Openings;
            if (i % 1000 == 999)
                Assert.Equal(LiveVerdict.Admitted, Judge(window, 100_000 + i, Start + i));
        }

        output.WriteLine($"{Forgeries} forgeries in 100 s: {openings} openings, {window.SearchesRefused} searches refused");
        Assert.InRange(openings, 2 * Forgeries, (2 * Forgeries) + 3_600 + 1_000);
    }

    [Fact]
    public void Judge_ClockSetBack_SearchesAgain()
    {
        var window = new LiveWindow(100_000, 1, Start);
        var later = Start + (4000 * DayMs);
        Assert.Equal(LiveVerdict.TagMismatch, window.Judge(7, later, FakeFrame.Forged(7), out _));
        Assert.Equal(LiveVerdict.Admitted, Judge(window, 100_000 + 10_000, Start + 1));
    }

    // With tags of 10 bits chance is seen at work: a guess fits once in 1,024. A deep search of 700 guesses a frame finds
    // something for half of all forgeries; admitted may be only what one or a few guesses can reach.
    [Fact]
    public void Judge_ForgeriesWithTenBitTags_DeepSearchAdmitsNoMoreThanTheNearest()
    {
        var random = Seed.New(output);
        const int Trials = 20_000;
        var (claims, admittedAtOnce, admittedBySecond) = (0, 0, 0);
        for (var i = 0; i < Trials; i++)
        {
            var window = new LiveWindow(100_000, 1, Start - (30 * DayMs));
            var first = window.Judge(random.Next(4096), Start, new FakeFrame(-1, 10, random.Next()), out _);
            admittedAtOnce += first == LiveVerdict.Admitted ? 1 : 0;
            if (first != LiveVerdict.Unconfirmed)
                continue;
            claims++;
            var claimed = window.Newest;
            var second = window.Judge(random.Next(4096), Start + 1000, new FakeFrame(-1, 10, random.Next()), out var counter);
            admittedBySecond += second == LiveVerdict.Admitted && counter > claimed + (64 * 4096) ? 1 : 0;
        }

        output.WriteLine($"{Trials} forgeries: {admittedAtOnce} within 64 cycles, {claims} claims, {admittedBySecond} confirmed");
        Assert.InRange(claims, Trials / 3, Trials);
        Assert.InRange(admittedAtOnce, Trials * 0.04, Trials * 0.09);
        Assert.InRange(admittedBySecond, 0, claims * 4 / 1024.0);
    }

    [Fact]
    public void Judge_RandomLossReorderDuplicationAndForgery_AdmitsEachOnceInRisingOrderAndNoForgery()
    {
        var random = Seed.New(output);
        long admitted = 0, frames = 0, fresh = 0;
        for (var run = 0; run < 300; run++)
        {
            var window = new LiveWindow(LiveCounter.None, 0, Start);
            var air = new List<long>();
            long counter = -1, newest = -1, now = Start;
            for (var step = 0; step < 300; step++)
            {
                counter += random.Next(20) == 0 ? random.Next(1, 60 * 4096) : random.Next(1, 4);
                air.Add(counter);
                now += random.Next(1, 5_000);
                var take = random.Next(4) == 0 ? air[random.Next(air.Count)] : air[^1];
                if (random.Next(3) == 0)
                    continue;
                if (random.Next(5) == 0)
                {
                    var forged = FakeFrame.Forged(random.Next(4096));
                    Assert.Equal(LiveVerdict.TagMismatch, window.Judge(forged.Low, now, forged, out _));
                    continue;
                }

                frames++;
                var verdict = window.Judge((int)(take & 0xFFF), now, new FakeFrame(take), out var found);
                if (verdict == LiveVerdict.Admitted)
                {
                    admitted++;
                    Assert.Equal(take, found);
                    Assert.True(take > newest, $"{take} after {newest}");
                    newest = take;
                }
                else if (take > newest && take <= newest + 4096)
                {
                    Assert.Fail($"{take} after {newest} was {verdict}");
                }
                else if (take <= newest)
                {
                    fresh++;
                    Assert.NotEqual(LiveVerdict.Unconfirmed, verdict);
                }

                if (random.Next(50) == 0)
                    window = new LiveWindow(window.Newest, window.Seen, window.AsOfUtcMs);
            }
        }

        output.WriteLine($"{frames} genuine frames, {admitted} admitted, {fresh} replayed or overtaken");
        Assert.True(admitted > 20_000 && fresh > 5_000);
    }

    [Fact]
    public void Judge_RealFramesUnderTheRealCipher_AgreeAndNothingIsAllocated()
    {
        using var aes = new SimulatedAes(new byte[16]);
        var frame = new SealedFrame(new AesCcm(aes));
        var window = new LiveWindow(LiveCounter.None, 0, Start);
        frame.Seal(70_000);
        Assert.Equal(LiveVerdict.Admitted, window.Judge(frame.Low, Start, frame, out var counter));
        Assert.Equal(70_000u, counter);
        frame.Spoil();
        Assert.Equal(LiveVerdict.TagMismatch, window.Judge(frame.Low, Start, frame, out _));

        var (next, passes) = (70_001u, 0);
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1_999; i++)
            {
                frame.Seal(next++);
                window.Judge(frame.Low, Start, frame, out var unused);
                window.Judge(frame.Low, Start, frame, out unused);
            }

            passes++;
        }));
        Assert.Equal(70_000 + (passes * 1_999), window.Newest);
    }

    [Fact]
    public void StateOfAUnit_HundredThousandUnits_TakesTheBytesThatAreSaid()
    {
        const int Units = 100_000;
        var keep = new object[Units];
        Assert.Equal(80, BytesEach(keep, _ => new LiveWindow(LiveCounter.None, 0, Start)));
        Assert.Equal(40, BytesEach(keep, _ => new DurableWindow(0, 0, 0)));
        Assert.Equal(24, BytesEach(keep, _ => new DownlinkCounter()));
        using var aes = new SimulatedAes(new byte[16]);
        var cipher = new AesCcm(aes);
        Assert.Equal(48, BytesEach(keep, _ => new GatewayKeyRing(cipher, null, null, GatewayKeyRing.NotSeen)));
    }

    private static long BytesEach(object[] keep, Func<int, object> make)
    {
        keep[0] = make(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < keep.Length; i++)
            keep[i] = make(i);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / keep.Length;
    }

    private static LiveVerdict Judge(LiveWindow window, long counter, long nowMs) =>
        window.Judge((int)(counter & 0xFFF), nowMs, new FakeFrame(counter), out _);

    private sealed class SealedFrame(IFrameCipher cipher) : IFrameOpener
    {
        private readonly FrameCodec _codec = new();
        private readonly LivePosition _position = new() { LongitudeE5 = 10_400_000 };
        private readonly byte[] _frame = new byte[LiveFrame.AreaBytes];

        public int Low => _codec.Header.CounterLow;

        public void Seal(uint counter)
        {
            _codec.SealLive(_position, cipher, OperatingArea.Indonesia, 77, counter, _frame, 0);
            _codec.ReadHeader(_frame, 0, _frame.Length, FrameDirection.Uplink);
        }

        public void Spoil() => _frame[^1] ^= 1;

        public bool Opens(uint counter) => _codec.Open(cipher, OperatingArea.Indonesia, counter) == FrameRejection.None;
    }
}
