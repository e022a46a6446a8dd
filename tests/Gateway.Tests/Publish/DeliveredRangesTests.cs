using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class DeliveredRangesTests(ITestOutputHelper output)
{
    private const string Outlet = "mqtt";

    [Fact]
    public void BeginLive_WithNothingLeft_GoesOnFromTheCursor()
    {
        var journal = new CrashJournal();
        journal.SaveCursor(Outlet, 70);
        var ranges = new DeliveredRanges(journal, Outlet);
        ranges.BeginLive(70);
        ranges.LiveDelivered(75);

        Assert.Equal((75, 75, false), (ranges.Low, ranges.High, ranges.HasGap));
    }

    [Fact]
    public void GapDelivered_UpToARange_TakesItIn()
    {
        var journal = new CrashJournal();
        var ranges = new DeliveredRanges(journal, Outlet);
        ranges.BeginLive(100);
        ranges.LiveDelivered(120);
        Assert.Equal((0, 100, 100), (ranges.Low, ranges.GapTo, ranges.GapNumbers));
        ranges.GapDelivered(60);
        ranges.BeginLive(150);
        ranges.LiveDelivered(151);
        Assert.Equal((60, 100, 70), (ranges.Low, ranges.GapTo, ranges.GapNumbers));
        ranges.GapDelivered(100);
        Assert.Equal((120, 150, 30), (ranges.Low, ranges.GapTo, ranges.GapNumbers));
        ranges.GapDelivered(150);
        ranges.LiveDelivered(160);
        Assert.Equal((160, false), (ranges.Low, ranges.HasGap));
    }

    [Fact]
    public void BeginLive_MoreOftenThanThereArePlaces_ForgetsTheShortestAndSkipsNothing()
    {
        var ranges = new DeliveredRanges(new CrashJournal(), Outlet);
        for (var i = 1; i <= DeliveredRanges.RangesMax + 1; i++)
        {
            ranges.BeginLive(i * 100);
            ranges.LiveDelivered((i * 100) + (i == 2 ? 1 : 50));
        }

        // Of 1 to 550, all but five times 50 was to be delivered, and one number more.
        Assert.Equal(550 - (4 * 50), ranges.GapNumbers);
    }

    [Fact]
    public void Load_AfterACrashAtAnyInstant_ClaimsOnlyWhatWasDelivered()
    {
        var random = Seed.New(output);
        for (var run = 0; run < 300; run++)
        {
            var journal = new CrashJournal();
            var delivered = new SortedSet<long>();
            long committed = 0;
            for (var life = 0; life < 6; life++)
            {
                AssertClaims(new DeliveredRanges(journal, Outlet), delivered);
                var ranges = new DeliveredRanges(journal, Outlet);
                for (var connection = 0; connection < 1 + random.Next(8); connection++)
                    committed = UseConnection(ranges, delivered, journal, committed, random);
                journal.Crash(random);
            }
        }
    }

    private static long UseConnection(
        DeliveredRanges ranges, SortedSet<long> delivered, CrashJournal journal, long committed, Random random)
    {
        committed += random.Next(20);
        ranges.BeginLive(committed);
        var live = committed;
        for (var step = 0; step < random.Next(30); step++)
        {
            committed += random.Next(5);
            for (var i = random.Next(6); i > 0 && live < committed; i--)
            {
                delivered.Add(++live);
                ranges.LiveDelivered(live);
            }

            for (var i = random.Next(6); i > 0 && ranges.HasGap; i--)
            {
                delivered.Add(ranges.Low + 1);
                ranges.GapDelivered(ranges.Low + 1);
            }

            if (random.Next(3) == 0)
                ranges.Save();
            journal.Run(random);
        }

        return committed;
    }

    // Delivers every gap, and so learns what it takes for delivered between them.
    private static void AssertClaims(DeliveredRanges ranges, SortedSet<long> delivered)
    {
        AssertDelivered(0, ranges.Low, delivered);
        while (ranges.HasGap)
        {
            var from = ranges.GapTo;
            ranges.GapDelivered(from);
            AssertDelivered(from, ranges.Low, delivered);
        }
    }

    private static void AssertDelivered(long after, long to, SortedSet<long> delivered) =>
        Assert.Equal(to - after, delivered.GetViewBetween(after + 1, Math.Max(after + 1, to)).Count(id => id <= to));

    /// <summary>Cursors as the journal's writer takes them: one by one in the order of asking, a newer value in its elder's place.</summary>
    private sealed class CrashJournal : IJournal
    {
        private readonly Dictionary<string, long> _kept = [];
        private readonly List<(string? Name, long Id, TaskCompletionSource? Flushed)> _waiting = [];

        public long CommittedId => throw new NotSupportedException();

        /// <summary>Commits some of what waits.</summary>
        public void Run(Random random)
        {
            for (var i = random.Next(4); i > 0 && _waiting.Count > 0; i--)
            {
                var (name, id, flushed) = _waiting[0];
                _waiting.RemoveAt(0);
                if (name is not null)
                    _kept[name] = id;
                flushed?.SetResult();
            }
        }

        public void Crash(Random random)
        {
            Run(random);
            _waiting.Clear();
        }

        public long LoadCursor(string outlet) =>
            _waiting.Where(one => one.Name == outlet).Select(one => (long?)one.Id).LastOrDefault() ?? _kept.GetValueOrDefault(outlet);

        public void SaveCursor(string outlet, long id)
        {
            var waits = _waiting.FindIndex(one => one.Name == outlet);
            if (waits < 0)
                _waiting.Add((outlet, id, null));
            else
                _waiting[waits] = (outlet, id, null);
        }

        public long LoadNote(string name, NoteOfSeveral ofSeveral) => LoadCursor(name);

        public void SaveNote(string name, long number) => SaveCursor(name, number);

        public Task FlushAsync(CancellationToken cancellationToken)
        {
            var flushed = new TaskCompletionSource();
            _waiting.Add((null, 0, flushed));
            return flushed.Task;
        }

        public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => throw new NotSupportedException();

        public long Append(Datagram datagram, in AdmissionState state) => throw new NotSupportedException();

        public void AppendReception(long id, int ordinal, Datagram datagram) => throw new NotSupportedException();

        public Task WaitForCommitAsync(long id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Read(long afterId, int recordsMax, List<JournalRecord> records) => throw new NotSupportedException();
    }
}
