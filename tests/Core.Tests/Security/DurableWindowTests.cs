using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

public sealed class DurableWindowTests(ITestOutputHelper output)
{
    [Fact]
    public void Mark_InOrder_MovesTheBase()
    {
        var window = new DurableWindow(0, 0, 0);
        for (uint i = 0; i < 300; i++)
            Assert.Equal(DurableMark.Marked, window.Mark(i));
        Assert.Equal((300u, 0u), (window.Base, window.Bitmap));
        Assert.Equal(DurableMark.Known, window.Mark(299));
    }

    [Fact]
    public void Mark_BehindAHole_IsInTheBitmapUntilTheHoleIsFilled()
    {
        var window = new DurableWindow(10, 0, 0);
        foreach (var counter in new uint[] { 11, 13, 42, 43 })
            Assert.Equal(DurableMark.Marked, window.Mark(counter));
        Assert.Equal(DurableMark.Known, window.Mark(13));
        Assert.Equal((10u, 0xA0000001u), (window.Base, window.Bitmap));
        Assert.Equal(DurableMark.Marked, window.Mark(10));
        Assert.Equal((12u, 0x80000006u), (window.Base, window.Bitmap));
        Assert.Equal(DurableMark.TooFarAhead, window.Mark(12 + 129));
        Assert.Equal(DurableMark.Marked, window.Mark(12 + 128));
    }

    [Theory]
    [InlineData(100, 40, true, 60)]
    [InlineData(100, 0, true, 100)]
    [InlineData(100, 101, false, 10)]
    [InlineData(100, 95, true, 10)]
    [InlineData(100_000, 65_533, true, 34_467)]
    [InlineData(100_000, 65_534, false, 10)]
    [InlineData(100_000, 65_535, false, 10)]
    [InlineData(100_000, -1, false, 10)]
    public void HoldsNothingOlder_StatusField_MovesTheBaseUpOnly(uint counter, int oldestHeld, bool says, uint expected)
    {
        var window = new DurableWindow(10, 0, 0);
        Assert.Equal(says, window.HoldsNothingOlder(counter, oldestHeld));
        Assert.Equal(expected, window.Base);
    }

    [Fact]
    public void HoldsNothingOlder_MarkedAtTheNewBase_GoesOnOverIt()
    {
        for (uint to = 1; to < 140; to++)
        {
            var window = new DurableWindow(0, 0, 0);
            for (var marked = to; marked < Math.Min(to + 5, 129); marked++)
                window.Mark(marked);
            Assert.True(window.HoldsNothingOlder(to, 0));
            Assert.Equal(to <= 128 ? Math.Min(to + 5, 129) : to, window.Base);
            Assert.Equal((0ul, 0ul), (window.Near, window.Far));
        }
    }

    [Fact]
    public void Mark_AnyOrderDuplicatesAndBases_AgreesWithASet()
    {
        var random = Seed.New(output);
        for (var run = 0; run < 500; run++)
        {
            var first = (uint)random.Next(3) * 1000;
            var window = new DurableWindow(first, 0, 0);
            var settled = new HashSet<long>();
            long model = first;
            for (var step = 0; step < 60; step++)
            {
                if (random.Next(10) == 0)
                {
                    var held = model + random.Next(0, 150);
                    Assert.True(window.HoldsNothingOlder((uint)held, 0));
                    model = Math.Max(model, held);
                }
                else
                {
                    var counter = Math.Max(0, model + random.Next(-5, random.Next(2) == 0 ? 8 : 140));
                    var known = counter < model || settled.Contains(counter);
                    var expected = known ? DurableMark.Known : counter > model + 128 ? DurableMark.TooFarAhead : DurableMark.Marked;
                    Assert.Equal(expected, window.Mark((uint)counter));
                    if (expected == DurableMark.Marked)
                        settled.Add(counter);
                }

                while (settled.Contains(model))
                    model++;
                settled.RemoveWhere(counter => counter < model);
                Assert.Equal(model, window.Base);
                for (var i = -3; i <= 40; i++)
                {
                    if (model + i >= 0)
                        Assert.Equal(i < 0 || (i <= 32 && settled.Contains(model + i)), Covers(window.Base, window.Bitmap, (uint)(model + i)));
                }

                if (random.Next(20) == 0)
                    window = new DurableWindow(window.Base, window.Near, window.Far);
            }
        }
    }

    [Fact]
    public void Mark_NearTheEndOfTheCounters_DoesNotWrap()
    {
        var window = new DurableWindow(uint.MaxValue - 2, 0, 0);
        Assert.Equal(DurableMark.Marked, window.Mark(uint.MaxValue - 1));
        Assert.Equal(DurableMark.Marked, window.Mark(uint.MaxValue - 2));
        Assert.Equal((uint.MaxValue, 0u), (window.Base, window.Bitmap));
        Assert.True(Covers(uint.MaxValue - 40, 1, uint.MaxValue - 8));
    }

    /// <summary>
    /// A unit that resets (and so skips numbers), drops frames by policy, and a link that loses, repeats and reorders both
    /// ways; a gateway whose window is made anew from nothing now and then. Nothing leaves the unit before it is in the
    /// journal, each frame is there once, and at the end nothing is left.
    /// </summary>
    [Fact]
    public void AcknowledgementLoop_LossReorderResetsAndDrops_KeepsEachFrameExactlyOnceAndEnds()
    {
        var random = Seed.New(output);
        var (made, rounds) = (0, 0);
        for (var run = 0; run < 200; run++)
        {
            var loop = new Loop(random);
            for (var i = 0; i < 60; i++)
                loop.Round(makesFrames: true);
            var quiet = 0;
            for (; loop.Held > 0 && quiet < 2_000; quiet++)
                loop.Round(makesFrames: false);
            Assert.Equal(0, loop.Held);
            Assert.Equal(loop.Made - loop.Dropped, loop.Journaled);
            (made, rounds) = (made + loop.Made, rounds + quiet);
        }

        output.WriteLine($"{made} frames, {rounds / 200.0:F1} rounds to drain on average");
    }

    private sealed class Loop(Random random)
    {
        private const uint Reserve = 8;
        private readonly SortedDictionary<uint, int> _held = [];
        private readonly HashSet<(int Unit, uint Counter)> _journal = [];
        private readonly HashSet<uint> _dropped = [];
        private readonly List<(uint Counter, int OldestHeld)> _air = [];
        private DurableWindow _window = new(0, 0, 0);
        private uint _next;

        public int Made { get; private set; }

        public int Dropped => _dropped.Count(counter => !_journal.Contains((1, counter)));

        public int Journaled => _journal.Count;

        public int Held => _held.Count;

        public void Round(bool makesFrames)
        {
            if (makesFrames)
                Unit();
            foreach (var (counter, oldestHeld) in _held.Take(20))
            {
                if (random.Next(3) != 0)
                    _air.Add((counter, oldestHeld));
            }

            for (var i = random.Next(30); i > 0 && _air.Count > 0; i--)
                Gateway();
            var (first, bitmap) = (_window.Base, _window.Bitmap);
            if (random.Next(3) != 0)
                Acknowledged(first, bitmap);
        }

        private void Unit()
        {
            for (var i = random.Next(4); i > 0; i--)
                Make(status: false);
            if (random.Next(8) == 0)
            {
                _next = ((_next / Reserve) + 1) * Reserve;
                Make(status: true);
            }

            if (random.Next(10) == 0 && _held.Count > 4)
            {
                var oldest = _held.Keys.First();
                _held.Remove(oldest);
                _dropped.Add(oldest);
            }
        }

        // A status says how far back the oldest held is, itself included.
        private void Make(bool status)
        {
            var counter = _next++;
            Made++;
            var oldest = _held.Count > 0 ? _held.Keys.First() : counter;
            _held[counter] = status ? (int)(counter - oldest) : -1;
        }

        private void Gateway()
        {
            var pick = random.Next(_air.Count);
            var (counter, oldestHeld) = _air[pick];
            if (random.Next(4) != 0)
                _air.RemoveAt(pick);
            _journal.Add((1, counter));
            _window.Mark(counter);
            if (oldestHeld >= 0)
                _window.HoldsNothingOlder(counter, oldestHeld);
            if (random.Next(300) == 0)
                _window = new DurableWindow(0, 0, 0);
        }

        // The unit answers an acknowledgement whose base it does not hold with a status: that number will never come.
        private void Acknowledged(uint first, uint bitmap)
        {
            foreach (var counter in _held.Keys.Where(counter => Covers(first, bitmap, counter)).ToList())
            {
                Assert.True(_journal.Contains((1, counter)), $"{counter} was acknowledged and is not in the journal");
                _held.Remove(counter);
            }

            if (_held.Count > 0 && !_held.ContainsKey(first) && _held.Values.All(oldest => oldest < 0 || random.Next(4) == 0))
                Make(status: true);
        }
    }

    private static bool Covers(uint firstUnsettled, uint bitmap, uint counter) =>
        new Acknowledgement { BaseCounter = firstUnsettled, Bitmap = bitmap }.Covers(counter);
}
