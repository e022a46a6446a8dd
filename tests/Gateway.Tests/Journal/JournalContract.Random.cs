using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Journal;

public abstract partial class JournalContract(ITestOutputHelper output)
{
    [Fact]
    public async Task Read_FarBehind_FindsEveryFrameWhileOthersAreWritten()
    {
        var journal = await StartAsync();
        List<JournalRecord> records = [];
        var read = 0L;
        for (uint counter = 1; counter <= 20_000;)
        {
            for (var i = 0; i < 2000; i++)
                Append(journal, counter++);
            await journal.FlushAsync(CancellationToken.None);
            ReadSome(1000);
        }

        while (read < 20_000)
            ReadSome(1000);

        void ReadSome(int count)
        {
            journal.Read(read, count, records);
            Assert.Equal(Enumerable.Range(1, count).Select(i => read + i), records.Select(record => record.Frame.Id));
            Assert.All(records, record => Assert.Equal(record.Frame.Id, record.Frame.Counter));
            read += count;
        }
    }

    [Fact]
    public async Task AnythingAtAll_EndsAsTheModelSays()
    {
        var random = Seed.New(output);
        var model = new Model();
        var journal = await StartAsync();
        for (var step = 0; step < 5000; step++)
        {
            var unit = random.Next(20);
            var counter = (uint)random.Next(40);
            switch (random.Next(100))
            {
                case < 40:
                    // As the admission gives them: a unit's live counters grow.
                    model.Live(Append(journal, (uint)step, unit, State((uint)step)), unit, (uint)step);
                    break;
                case < 70:
                    model.Durable(AppendDurable(journal, unit, counter, State((uint)step)), unit, counter, (uint)step);
                    break;
                case < 90:
                    if (model.Receive(random) is { } heard)
                        journal.AppendReception(heard.Id, heard.Ordinal, Stages.Datagram([1], (ulong)heard.Ordinal + 1));
                    break;
                case < 94:
                    model.Cursor = random.Next(5000);
                    journal.SaveCursor("mqtt", model.Cursor);
                    break;
                case < 99:
                    await journal.FlushAsync(CancellationToken.None);
                    break;
                default:
                    await StopAsync(journal);
                    journal = await StartAsync();
                    model.Restarted(journal.CommittedId);
                    break;
            }
        }

        await journal.FlushAsync(CancellationToken.None);
        model.AssertIs(journal);
        await StopAsync(journal);
        model.AssertIs(await StartAsync());
    }

    private sealed class Model
    {
        private readonly SortedDictionary<long, int> _receptions = [];
        private readonly HashSet<(int Unit, uint Counter)> _durable = [];
        private readonly Dictionary<int, uint> _states = [];
        private readonly List<long> _recent = [];

        public long Cursor { get; set; }

        public void Live(long id, int unit, uint state)
        {
            Assert.True(_receptions.TryAdd(id, 1));
            _recent.Add(id);
            _states[unit] = state;
        }

        public void Durable(long id, int unit, uint counter, uint state)
        {
            if (_durable.Add((unit, counter)))
                Assert.True(_receptions.TryAdd(id, 1));
            _recent.Add(id);
            _states[unit] = state;
        }

        // A frame is heard again within seconds, by the process that heard it first; a duplicate's number may be asked for, too.
        public (long Id, int Ordinal)? Receive(Random random)
        {
            if (_recent.Count == 0)
                return null;
            var id = _recent[random.Next(Math.Max(0, _recent.Count - 50), _recent.Count)];
            if (!_receptions.TryGetValue(id, out var count))
                return (id, 1);
            _receptions[id] = count + 1;
            return (id, count);
        }

        public void Restarted(long committedId)
        {
            _recent.Clear();
            Assert.True(committedId >= _receptions.Keys.LastOrDefault());
        }

        public void AssertIs(IJournal journal)
        {
            var records = Read(journal);
            Assert.Equal(_receptions.Keys, records.Select(record => record.Frame.Id));
            foreach (var record in records)
            {
                Assert.Equal(
                    Enumerable.Range(1, _receptions[record.Frame.Id]).Select(i => (ulong)i),
                    record.Receptions.Select(reception => reception.Concentrator));
            }

            Assert.Equal(Cursor, journal.LoadCursor("mqtt"));
            Assert.Equal(
                _states.OrderBy(state => state.Key).Select(state => (state.Key, State(state.Value))),
                journal.LoadUnits().OrderBy(unit => unit.Key).Select(unit => (unit.Key, unit.Value)));
        }
    }
}
