using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Journal;

/// <summary>What every <see cref="IJournal"/> has to do; a class for each kind of storage inherits it.</summary>
public abstract partial class JournalContract : IAsyncLifetime
{
    protected const long NowMs = 1_800_000_000_000;

    private protected Stages Stages { get; } = new(datagramsMax: 8192);

    private protected CommitRecorder Commits { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync() => await Stages.DisposeAsync();

    /// <summary>Opens the journal of this test, the same one each time, with <see cref="Commits"/> as its listener and <see cref="Stages"/>' buffer.</summary>
    protected abstract Task<IJournal> StartAsync();

    /// <summary>Stops it as at the end of the gateway.</summary>
    protected abstract Task StopAsync(IJournal journal);

    [Fact]
    public async Task Append_Frames_AreReadInOrderWithTheirReceptions()
    {
        var journal = await StartAsync();
        for (var i = 1; i <= 1500; i++)
            Assert.Equal(i, Append(journal, (uint)i));
        journal.AppendReception(7, 1, Stages.Datagram([1], concentrator: ulong.MaxValue));
        await journal.FlushAsync(CancellationToken.None);

        List<JournalRecord> records = [];
        List<long> ids = [];
        for (long after = 0; ; after = ids[^1])
        {
            journal.Read(after, 256, records);
            if (records.Count == 0)
                break;
            ids.AddRange(records.Select(record => record.Frame.Id));
            Assert.All(records, record => Assert.Equal(record.Frame.Id == 7 ? 2 : 1, record.Receptions.Count));
        }

        Assert.Equal(Enumerable.Range(1, 1500).Select(i => (long)i), ids);
        Assert.Equal(1500, journal.CommittedId);
        Assert.Equal(0, Stages.Buffer.InUse);
        journal.Read(6, 1, records);
        Assert.Equal(ulong.MaxValue, records[0].Receptions[1].Concentrator);
    }

    [Fact]
    public async Task Read_GivesEverythingBack_FromMemoryAndFromStorage()
    {
        var journal = await StartAsync();
        var whole = new AdmittedFrame
        {
            Unit = FrameHeader.UnitMax,
            Class = FrameClass.Durable,
            Counter = uint.MaxValue,
            Kind = FrameKind.Track,
            Flags = 3,
            TimeUtcMs = NowMs - 12_345,
            ReceivedUtcMs = NowMs,
        };
        var longest = Enumerable.Range(0, Datagram.FrameBytesMax).Select(i => (byte)i).ToArray();
        var bare = new AdmittedFrame { Unit = 0, Counter = 0, TimeUtcMs = UtcTime.Unknown, ReceivedUtcMs = NowMs + 1 };
        journal.Append(Stages.Admitted(whole, longest, [.. longest.Reverse()]), AdmissionState.NeverSeen);
        var unknown = Stages.Received([9], new Reception { Concentrator = 1UL << 63, ReceivedUtcMs = NowMs + 1, Link = UplinkLink.Cellular });
        unknown.SetAdmitted(in bare, []);
        journal.Append(unknown, AdmissionState.NeverSeen);
        await journal.FlushAsync(CancellationToken.None);

        var first = Read(journal);
        await StopAsync(journal);
        journal = await StartAsync();
        var second = Read(journal);

        foreach (var records in new[] { first, second })
        {
            Assert.Equal(2, records.Count);
            Assert.Equal(whole with { Id = 1 }, records[0].Frame);
            Assert.Equal(longest, records[0].Sealed.ToArray());
            Assert.Equal(longest.Reverse(), records[0].Body[..records[0].BodyLength]);
            Assert.Equal(Stages.Reception(NowMs), Assert.Single(records[0].Receptions));
            Assert.Equal(bare with { Id = 2 }, records[1].Frame);
            Assert.Equal(0, records[1].BodyLength);
            Assert.Equal(
                new Reception { Concentrator = 1UL << 63, ReceivedUtcMs = NowMs + 1, Link = UplinkLink.Cellular },
                Assert.Single(records[1].Receptions));
        }
    }

    [Fact]
    public async Task Read_IntoAListOfMore_LeavesNothingOfIt()
    {
        var journal = await StartAsync();
        for (var i = 1; i <= 10; i++)
            Append(journal, (uint)i);
        journal.AppendReception(1, 1, Stages.Datagram([1], concentrator: 2));
        await journal.FlushAsync(CancellationToken.None);
        var records = Read(journal);

        journal.Read(8, 100, records);
        Assert.Equal([9L, 10L], records.Select(record => record.Frame.Id));
        Assert.All(records, record => Assert.Single(record.Receptions));
        journal.Read(3, 4, records);
        Assert.Equal([4L, 5L, 6L, 7L], records.Select(record => record.Frame.Id));
        journal.Read(10, 4, records);
        Assert.Empty(records);
    }

    [Fact]
    public async Task Append_DurableFrameOfTheJournal_IsNotStoredAgain()
    {
        var journal = await StartAsync();
        AppendDurable(journal, unit: 17, counter: 5);
        AppendDurable(journal, unit: 17, counter: 5);
        AppendDurable(journal, unit: 18, counter: 5);
        Append(journal, counter: 5);
        Append(journal, counter: 6);
        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal([false, true, false, false, false], Commits.Duplicates());
        Assert.Equal([1L, 3L, 4L, 5L], Read(journal).Select(record => record.Frame.Id));
        await StopAsync(journal);

        journal = await StartAsync();
        Assert.Equal(6, AppendDurable(journal, unit: 17, counter: 5));
        Assert.Equal(7, AppendDurable(journal, unit: 17, counter: 6));
        await journal.FlushAsync(CancellationToken.None);

        Assert.Equal([false, true, false, false, false, true, false], Commits.Duplicates());
        Assert.Equal([1L, 3L, 4L, 5L, 7L], Read(journal).Select(record => record.Frame.Id));
        Assert.Equal(7, journal.CommittedId);
        Assert.Equal(0, Stages.Buffer.InUse);
    }

    // The number of a duplicate is used by nobody, and after a start another frame may get it: what was heard of the one is not the other's.
    [Fact]
    public async Task AppendReception_OfADuplicate_IsNobodys()
    {
        var journal = await StartAsync();
        AppendDurable(journal, unit: 17, counter: 5);
        var duplicate = AppendDurable(journal, unit: 17, counter: 5);
        journal.AppendReception(duplicate, 1, Stages.Datagram([1], concentrator: 77));
        await journal.FlushAsync(CancellationToken.None);
        await StopAsync(journal);

        journal = await StartAsync();
        Append(journal, counter: 1);
        await journal.FlushAsync(CancellationToken.None);

        Assert.All(Read(journal), record => Assert.DoesNotContain(record.Receptions, reception => reception.Concentrator == 77));
    }

    [Fact]
    public async Task Committed_IsToldOfEveryFrameOnce_InOrder_WithItsState()
    {
        var journal = await StartAsync();
        for (uint i = 1; i <= 2000; i++)
            AppendDurable(journal, unit: 17, counter: i);
        await journal.FlushAsync(CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, 2000).Select(i => ((long)i, (uint)i)), Commits.Told());
    }

    [Fact]
    public async Task AppendReception_AfterTheCommit_IsReadToo()
    {
        var journal = await StartAsync();
        Append(journal, 1);
        await journal.FlushAsync(CancellationToken.None);
        journal.AppendReception(1, 1, Stages.Datagram([1], concentrator: 2, receivedUtcMs: NowMs + 40));
        journal.AppendReception(1, 2, Stages.Datagram([1], concentrator: 3, receivedUtcMs: NowMs + 50));
        await journal.FlushAsync(CancellationToken.None);

        for (var i = 0; i < 2; i++)
        {
            var receptions = Assert.Single(Read(journal)).Receptions;
            Assert.Equal([(1UL, NowMs), (2UL, NowMs + 40), (3UL, NowMs + 50)], receptions.Select(r => (r.Concentrator, r.ReceivedUtcMs)));
            await StopAsync(journal);
            journal = await StartAsync();
        }
    }

    [Fact]
    public async Task Restart_KeepsFramesCursorsAndNumbers()
    {
        var journal = await StartAsync();
        Append(journal, 1);
        Append(journal, 2);
        journal.SaveCursor("mqtt", 1);
        journal.SaveNote("mqtt.note", 2);
        await StopAsync(journal);

        journal = await StartAsync();

        Assert.Equal(2, journal.CommittedId);
        Assert.Equal(1, journal.LoadCursor("mqtt"));
        Assert.Equal(0, journal.LoadCursor("other"));
        Assert.Equal(2, journal.LoadNote("mqtt.note", NoteOfSeveral.Smallest));
        Assert.Equal(0, journal.LoadNote("other.note", NoteOfSeveral.Largest));
        Assert.Equal(3, Append(journal, 3));
    }

    [Fact]
    public async Task SaveCursor_NewerOfAnOutlet_TakesItsPlace()
    {
        var journal = await StartAsync();
        for (var i = 1; i <= 1000; i++)
        {
            journal.SaveCursor("mqtt", i);
            journal.SaveCursor("other", 2 * i);
        }

        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal((1000, 2000), (journal.LoadCursor("mqtt"), journal.LoadCursor("other")));
    }

    [Fact]
    public async Task Restart_KeepsTheLastStateOfEachUnit()
    {
        var journal = await StartAsync();
        Assert.Empty(journal.LoadUnits());
        for (uint i = 1; i <= 1200; i++)
            Append(journal, i, unit: (int)(i % 7), state: State(i));
        AppendDurable(journal, unit: 3, counter: 1, state: State(5000));
        AppendDurable(journal, unit: 3, counter: 1, state: State(6000));
        await StopAsync(journal);

        journal = await StartAsync();

        var expected = Enumerable.Range(0, 7).ToDictionary(
            unit => unit, unit => State(unit == 3 ? 6000 : (uint)Enumerable.Range(1, 1200).Last(i => i % 7 == unit)));
        Assert.Equal(expected, journal.LoadUnits().OrderBy(unit => unit.Key).ToDictionary());
    }

    [Fact]
    public async Task WaitForCommit_CompletesWithTheCommit()
    {
        var journal = await StartAsync();
        var wait = journal.WaitForCommitAsync(0, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        Append(journal, 1);
        await wait.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, journal.CommittedId);
        using var soon = new CancellationTokenSource(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => journal.WaitForCommitAsync(1, soon.Token));
    }

    [Fact]
    public async Task Flush_AfterTheStop_Fails()
    {
        var journal = await StartAsync();
        await StopAsync(journal);

        await Assert.ThrowsAsync<JournalException>(() => journal.FlushAsync(CancellationToken.None));
    }
}
