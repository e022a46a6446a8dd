using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>What the shore answers: base and bitmap where they suffice, and every frame beyond them by itself.</summary>
public sealed class DurableAnswerTests(ITestOutputHelper output)
{
    private readonly DurableAnswer _answer = new();
    private readonly Acknowledgement _said = new();

    [Fact]
    public void TryNext_FramesWithinTheBitmap_IsOneShortAcknowledgement()
    {
        var window = new DurableWindow(100, 0, 0);
        foreach (var counter in new uint[] { 100, 102, 132 })
        {
            window.Mark(counter);
            Assert.True(_answer.Add(counter));
        }

        Assert.True(_answer.TryNext(window, null, _said));
        Assert.Equal((101u, window.Bitmap, 0u), (_said.BaseCounter, _said.Bitmap, _said.SelectiveBitmap));
        Assert.False(_answer.TryNext(window, null, _said));
    }

    [Fact]
    public void TryNext_NothingCommitted_SaysTheBaseOnce()
    {
        var window = new DurableWindow(7, 0, 0);
        Assert.True(_answer.TryNext(window, null, _said));
        Assert.Equal((7u, 0u, 0u), (_said.BaseCounter, _said.Bitmap, _said.SelectiveBitmap));
        Assert.False(_answer.TryNext(window, null, _said));
        _answer.Clear();
        Assert.True(_answer.TryNext(window, null, _said));
    }

    [Fact]
    public void TryNext_FramesFarFromTheBase_AreNamedInAsManyAsItTakes()
    {
        var window = new DurableWindow(100, 0, 0);
        foreach (var counter in new uint[] { 5_040, 5_000, 5_031, 5_001, 5_000 })
            Assert.True(_answer.Add(counter));

        Assert.True(_answer.TryNext(window, null, _said));
        Assert.Equal((100u, 5_000u, 0xC0000001u), (_said.BaseCounter, _said.SelectiveFirst, _said.SelectiveBitmap));
        Assert.True(_answer.TryNext(window, null, _said));
        Assert.Equal((5_040u, 0x80000000u), (_said.SelectiveFirst, _said.SelectiveBitmap));
        Assert.False(_answer.TryNext(window, null, _said));
    }

    [Fact]
    public void TryNext_WithTheStore_TellsAgainWhatALostAnswerTold()
    {
        var window = new DurableWindow(100, 0, 0);
        _answer.Add(5_000);
        Assert.True(_answer.TryNext(window, new Store([5_003, 5_031, 5_032]), _said));
        Assert.Equal((5_000u, 0x90000001u), (_said.SelectiveFirst, _said.SelectiveBitmap));
    }

    [Fact]
    public void Add_MoreThanItHolds_IsRefusedAndCounted()
    {
        for (var i = 0u; i < DurableAnswer.CountersMax; i++)
            Assert.True(_answer.Add(1_000 - (i * 3)));
        Assert.False(_answer.Add(1));
        Assert.True(_answer.Add(1_000));
        Assert.Equal((DurableAnswer.CountersMax, 1), (_answer.Count, _answer.Refused));
    }

    [Fact]
    public void TryNext_AnyCounters_SaysAllThatWereAddedAndNothingThatDidNotCome()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 2_000; round++)
        {
            var first = random.Next(4) == 0 ? uint.MaxValue - (uint)random.Next(200) : (uint)random.Next(1_000);
            var window = new DurableWindow(first, 0, 0);
            var came = new HashSet<uint>();
            _answer.Clear();
            for (var i = random.Next(40); i > 0; i--)
            {
                var counter = (uint)Math.Min(uint.MaxValue, first + (long)random.Next(random.Next(2) == 0 ? 40 : 400));
                came.Add(counter);
                window.Mark(counter);
                Assert.True(_answer.Add(counter));
            }

            var told = new HashSet<uint>();
            while (_answer.TryNext(window, random.Next(2) == 0 ? new Store(came) : null, _said))
            {
                for (var counter = (long)first; counter <= Math.Min(uint.MaxValue, first + 500L); counter++)
                {
                    if (_said.Covers((uint)counter))
                        told.Add((uint)counter);
                }
            }

            Assert.Equal(came.Order(), told.Order());
        }
    }

    private sealed class Store(HashSet<uint> has) : ICommittedCounters
    {
        public bool IsCommitted(uint counter) => has.Contains(counter);
    }
}
