using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest;

public sealed class DatagramBufferTests(ITestOutputHelper output)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly IngestSource _flood = new("flood");
    private readonly IngestSource _quiet = new("quiet");

    [Fact]
    public void TryAdd_WhenFullOfOneSource_RefusesIt_AndTakesItsNewestOutForAnother()
    {
        var buffer = new DatagramBuffer(4);
        for (byte i = 1; i <= 4; i++)
            Assert.True(Add(buffer, _flood, i));
        Assert.False(Add(buffer, _flood, 5));
        Assert.True(Add(buffer, _quiet, 101));
        Assert.True(Add(buffer, _quiet, 102));
        Assert.False(Add(buffer, _quiet, 103));
        Assert.False(Add(buffer, _flood, 6));

        Assert.Equal((2, 2), (_flood.Refused, _flood.Evicted));
        Assert.Equal((1, 0), (_quiet.Refused, _quiet.Evicted));
        Assert.Equal([1, 2, 101, 102], TakeAll(buffer));
        Assert.Equal(0, buffer.InUse);
    }

    [Fact]
    public void TryAdd_WithoutSource_IsASourceAlike()
    {
        var buffer = new DatagramBuffer(4);
        for (byte i = 1; i <= 4; i++)
            Assert.True(Add(buffer, null, i));
        Assert.False(Add(buffer, null, 5));
        Assert.True(Add(buffer, _quiet, 101));

        Assert.Equal([1, 2, 3, 101], TakeAll(buffer));
    }

    [Fact]
    public void Flood_WhileTheJournalTakesNothing_LeavesRoomForTheOthers()
    {
        var buffer = new DatagramBuffer(400);
        List<Datagram> kept = [];
        for (var i = 0; i < 10_000; i++)
        {
            Add(buffer, _flood, 1);
            while (buffer.TryTake(out var datagram))
                kept.Add(datagram);
            if (i % 200 == 0)
                Assert.True(Add(buffer, _quiet, 2));
        }

        Assert.Equal(0, _quiet.Refused + _quiet.Evicted);
        Assert.Equal(300, kept.Count);
        Assert.Equal(400, buffer.InUse);
        kept.ForEach(buffer.Return);
        Assert.Equal(50 - kept.Count(datagram => datagram.Bytes[0] == 2), TakeAll(buffer).Count(first => first == 2));
    }

    [Fact]
    public void Flood_OfManySources_LeavesEachItsEqualShare()
    {
        var random = Seed.New(output);
        var buffer = new DatagramBuffer(1000);
        var flood = Enumerable.Range(0, 10).Select(i => new IngestSource($"flood {i}")).ToArray();
        for (var i = 0; i < 100_000; i++)
            Add(buffer, flood[random.Next(flood.Length)], 1);
        for (var i = 0; i < 90; i++)
            Assert.True(Add(buffer, _quiet, 2));

        var bySource = Sources(buffer).CountBy(source => source!.Name).ToDictionary();
        Assert.Equal(90, bySource["quiet"]);
        Assert.All(flood, source => Assert.InRange(bySource[source.Name], 90, 100));
    }

    // Sources that nobody made up before: each datagram claims to come from another one.
    [Fact]
    public void Flood_OfANewSourceEachTime_KeepsTheBoundAndTheOrder()
    {
        var buffer = new DatagramBuffer(256);
        for (byte i = 0; i < 100; i++)
            Assert.True(Add(buffer, _quiet, i));
        var admitted = 0;
        for (var i = 0; i < 20_000; i++)
            admitted += Add(buffer, new IngestSource($"spoofed {i}"), 200) ? 1 : 0;

        Assert.Equal(256, buffer.InUse);
        Assert.Equal(156 + _quiet.Evicted, admitted);
        Assert.Equal(99, _quiet.Evicted);
        var taken = TakeAll(buffer);
        Assert.Equal(256, taken.Count);
        Assert.Equal([.. taken.Order()], taken);
    }

    [Fact]
    public void Anything_OverAndOver_MatchesAModelWithLists()
    {
        var random = Seed.New(output);
        var buffer = new DatagramBuffer(32);
        var sources = Enumerable.Range(0, 5).Select(i => new IngestSource($"source {i}")).ToArray();
        List<(int Source, byte Number)> model = [];
        List<Datagram> taken = [];
        for (var i = 0; i < 100_000; i++)
        {
            var what = random.Next(10);
            if (what < 6)
            {
                // Small numbers are chosen more often: there is nearly always a busiest one.
                AddToBoth(random.Next(1 + random.Next(5)), (byte)i);
            }
            else if (what < 8)
            {
                Assert.Equal(model.Count > 0 && taken.Count < 24, buffer.TryTake(out var datagram));
                if (datagram is null)
                    continue;
                Assert.Equal(model[0], (Array.IndexOf(sources, datagram.Reception.Source), datagram.Bytes[0]));
                model.RemoveAt(0);
                taken.Add(datagram);
            }
            else if (taken.Count > 0)
            {
                buffer.Return(taken[^1]);
                taken.RemoveAt(taken.Count - 1);
            }

            Assert.Equal(model.Count + taken.Count, buffer.InUse);
        }

        Assert.True(sources.Sum(source => source.Evicted) > 1000);

        void AddToBoth(int source, byte number)
        {
            var most = model.Count == 0 ? 0 : model.CountBy(one => one.Source).Max(count => count.Value);
            var own = model.Count(one => one.Source == source);
            var isFull = model.Count + taken.Count == 32;
            var evicted = sources.Select(one => one.Evicted).ToArray();
            Assert.Equal(!isFull || most >= own + 2, Add(buffer, sources[source], number));
            if (isFull && most >= own + 2)
            {
                // Of several that have most any may be the one: which it was is told by its count.
                var loser = Enumerable.Range(0, 5).Single(j => sources[j].Evicted > evicted[j]);
                Assert.Equal(most, model.Count(one => one.Source == loser));
                model.RemoveAt(model.FindLastIndex(one => one.Source == loser));
            }

            if (!isFull || most >= own + 2)
                model.Add((source, number));
        }
    }

    [Fact]
    public async Task Wait_EndsWithADatagram_AndWithTheClose()
    {
        var buffer = new DatagramBuffer(4);
        for (byte i = 0; i < 50; i++)
        {
            var wait = BeginWait(buffer);
            Add(buffer, _quiet, i);
            Assert.True(await wait.WaitAsync(_patience));
            Assert.Equal([i], TakeAll(buffer));
        }

        var last = BeginWait(buffer);
        buffer.Close();
        Assert.False(await last.WaitAsync(_patience));
        Assert.False(Add(buffer, _quiet, 1));
    }

    [Fact]
    public async Task Wait_WhileAnotherWaits_IsMisuse()
    {
        var buffer = new DatagramBuffer(4);
        Task<bool>[] waits = [BeginWait(buffer), BeginWait(buffer)];

        var first = await Task.WhenAny(waits).WaitAsync(_patience);

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        buffer.Close();
        Assert.False(await waits.Single(wait => wait != first).WaitAsync(_patience));
    }

    [Fact]
    public async Task Wait_WithAllThatMayBeTaken_EndsWithTheReturn()
    {
        var buffer = new DatagramBuffer(4);
        for (byte i = 0; i < 4; i++)
            Add(buffer, _quiet, i);
        List<Datagram> taken = [];
        while (buffer.TryTake(out var datagram))
            taken.Add(datagram);
        Assert.Equal(3, taken.Count);
        buffer.Close();

        var wait = BeginWait(buffer);
        Assert.False(wait.IsCompleted);
        buffer.Return(taken[0]);
        Assert.True(await wait.WaitAsync(_patience));
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        var buffer = new DatagramBuffer(64);
        var sources = Enumerable.Range(0, 8).Select(i => new IngestSource($"source {i}")).ToArray();
        void Pass()
        {
            for (var i = 0; i < 10_000; i++)
            {
                Add(buffer, sources[i % 3 == 0 ? i / 3 % 8 : 0], 1);
                if (i % 2 == 0 && buffer.TryTake(out var datagram))
                    buffer.Return(datagram);
            }
        }

        Pass();
        Assert.Equal(0, Allocated.Least(_ => Pass()));
        Assert.True(sources[0].Refused + sources[0].Evicted > 1000);
    }

    private static Task<bool> BeginWait(DatagramBuffer buffer) =>
        Task.Factory.StartNew(buffer.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static bool Add(DatagramBuffer buffer, IngestSource? source, byte number) =>
        buffer.TryAdd([number], new Reception { Source = source });

    private static List<byte> TakeAll(DatagramBuffer buffer) => TakeAll(buffer, datagram => datagram.Bytes[0]);

    private static List<IngestSource?> Sources(DatagramBuffer buffer) => TakeAll(buffer, datagram => datagram.Reception.Source);

    private static List<T> TakeAll<T>(DatagramBuffer buffer, Func<Datagram, T> what)
    {
        List<T> all = [];
        while (buffer.TryTake(out var datagram))
        {
            all.Add(what(datagram));
            buffer.Return(datagram);
        }

        return all;
    }
}
