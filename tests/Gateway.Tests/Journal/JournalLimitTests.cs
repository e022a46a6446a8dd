using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Journal;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class JournalLimitTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const long NowMs = 1_800_000_000_000;
    private const int Units = 10;
    private const long MaxBytes = 4 * 1024 * 1024;
    private static readonly byte[] _longest = new byte[255];

    private readonly Stages _stages = new(datagramsMax: 4096);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stages.DisposeAsync();

    [Fact]
    public async Task AtTheLimit_WhatIsDelivered_GoesBeforeItsRetention()
    {
        var journal = await StartAsync();
        for (var i = 1; i <= 10_000; i++)
        {
            Append(journal, FrameClass.Durable, (uint)i);
            if (i % 1000 != 0)
                continue;
            journal.SaveCursor("mqtt", i - 500);
            await journal.FlushAsync(CancellationToken.None);
        }

        Assert.False(journal.IsFull);
        Assert.InRange(new FileInfo(_stages.JournalFile).Length, MaxBytes / 2, MaxBytes);
        Assert.True(journal.Counters.DroppedDelivered.Count > 0);
        Assert.Equal(0, journal.Counters.DroppedSuperseded.Count);
        Assert.Equal(Enumerable.Range(9501, 500).Select(i => (long)i), Ids(journal, after: 9500));
    }

    [Fact]
    public async Task AtTheLimit_WithoutABroker_OldLivePositionsGo_AndTheLastOfEachUnitStays()
    {
        var journal = await StartAsync();
        for (uint unit = 100; unit < 150; unit++)
            Append(journal, FrameClass.Live, counter: 1, unit: (int)unit);
        for (uint i = 1; i <= 20_000; i++)
        {
            Append(journal, i % 50 == 0 ? FrameClass.Durable : FrameClass.Live, i);
            if (i % 1000 == 0)
                await journal.FlushAsync(CancellationToken.None);
        }

        Assert.False(journal.IsFull);
        Assert.InRange(new FileInfo(_stages.JournalFile).Length, MaxBytes / 2, MaxBytes);
        var records = Read(journal);
        Assert.Equal(20_050 - records.Count, journal.Counters.DroppedSuperseded.Count);
        Assert.Equal(400, records.Count(record => record.Frame.Class == FrameClass.Durable));
        Assert.All(Enumerable.Range(100, 50), unit => Assert.Contains(records, record => record.Frame.Unit == unit));
        Assert.Equal(Enumerable.Range(19_000, 1051).Select(i => (long)i), Ids(journal, after: 18_999));
    }

    [Fact]
    public async Task AtTheLimit_WithDurableFramesAlone_TakesNothingIn_UntilTheyAreDelivered()
    {
        var journal = await StartAsync();
        uint appended = 0;
        await Eventually.TrueAsync(() => !AddAndAppendAll() && journal.IsFull, "full, and the next frame refused");
        var committed = journal.CommittedId;
        Assert.True(appended > committed);
        Assert.Equal(Enumerable.Range(1, (int)committed).Select(i => (long)i), Ids(journal, after: 0));

        var delivered = 0L;
        List<JournalRecord> records = [];
        while (delivered < appended)
        {
            await journal.WaitForCommitAsync(delivered, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(120));
            journal.Read(delivered, 256, records);
            Assert.All(records, record => Assert.Equal(++delivered, record.Frame.Id));
            journal.SaveCursor("mqtt", delivered);
        }

        await journal.FlushAsync(CancellationToken.None);
        Assert.False(journal.IsFull);
        Assert.Equal(0, journal.Counters.DroppedSuperseded.Count);
        await _stages.StopAsync(journal);
        Assert.InRange(new FileInfo(_stages.JournalFile).Length, MaxBytes / 2, MaxBytes);

        // False if the last of them was refused.
        bool AddAndAppendAll()
        {
            for (var i = 0; i < 500; i++)
            {
                if (!_stages.Buffer.TryAdd(_longest, Stages.Reception(NowMs)))
                    return false;
                while (_stages.Buffer.TryTake(out var datagram))
                    Append(journal, datagram, FrameClass.Durable, ++appended, unit: 1);
            }

            return true;
        }
    }

    [Fact]
    public async Task DiskLow_FileGrowsToItsLeastAlone()
    {
        var journal = await StartAsync(new JournalOptions { File = _stages.JournalFile, DiskFreeMinBytes = long.MaxValue });
        for (uint i = 1; !journal.IsFull; i++)
        {
            Append(journal, FrameClass.Durable, i);
            if (i % 1000 == 0)
                await Eventually.TrueAsync(() => _stages.Buffer.InUse == 0 || journal.IsFull, "committed or full");
        }

        Assert.InRange(new FileInfo(_stages.JournalFile).Length, JournalLimit.DiskLowBytes / 2, JournalLimit.DiskLowBytes);
        journal.SaveCursor("mqtt", journal.CommittedId);
        await journal.FlushAsync(CancellationToken.None);
        Assert.False(journal.IsFull);
    }

    private Task<SqliteJournal> StartAsync(JournalOptions? options = null) =>
        _stages.StartJournalAsync(options ?? new JournalOptions { File = _stages.JournalFile, MaxBytes = MaxBytes, DiskFreeMinBytes = 0 });

    private void Append(SqliteJournal journal, FrameClass frameClass, uint counter, int? unit = null) => Append(
        journal, _stages.Datagram(_longest, receivedUtcMs: NowMs), frameClass, counter, unit ?? (int)(counter % Units));

    private static void Append(SqliteJournal journal, Gateway.Ingest.Datagram datagram, FrameClass frameClass, uint counter, int unit)
    {
        datagram.SetAdmitted(
            new AdmittedFrame
            {
                Unit = unit, Class = frameClass, Counter = counter, Kind = FrameKind.Track, TimeUtcMs = NowMs, ReceivedUtcMs = NowMs,
            },
            _longest);
        journal.Append(datagram, AdmissionState.NeverSeen);
    }

    private static List<JournalRecord> Read(SqliteJournal journal, long after = 0)
    {
        List<JournalRecord> records = [];
        journal.Read(after, int.MaxValue, records);
        return records;
    }

    private static IEnumerable<long> Ids(SqliteJournal journal, long after) => Read(journal, after).Select(record => record.Frame.Id);
}
