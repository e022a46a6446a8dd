using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Mqtt;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class PublishPumpTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Run_FrameWithoutAMessage_IsPassedOverAndNotCalledPublished()
    {
        await using var stages = new Stages();
        var journal = await stages.StartJournalAsync();
        for (uint counter = 1; counter <= 4; counter++)
        {
            var datagram = stages.Datagram([1]);
            datagram.SetAdmitted(new AdmittedFrame { Unit = counter % 2 == 0 ? 17 : 18, Counter = counter, Kind = FrameKind.LiveArea }, []);
            journal.Append(datagram, AdmissionState.NeverSeen);
        }

        await journal.FlushAsync(CancellationToken.None);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "pump" }, CancellationToken.None);
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(
            link, journal, delivered, stages, (record, _, _) => record.Frame.Unit == 17 ? new MqttMessage { Topic = "t" } : null);

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);

        Assert.Equal(4, delivered.Low);
        Assert.Equal(2, stages.Metrics.MessagesPublished.Count);
    }

    [Fact]
    public async Task Run_MessageLargerThanTheBrokerTakes_IsCountedRefusedAndTheNextGoesOn()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_packet_size 500" });
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        var journal = new MemoryJournal(3);
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(link, journal, delivered, stages, (record, _, _) => Message(record.Frame.Id == 2 ? 500 : 1));

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None).WaitAsync(_patience);

        Assert.Equal(3, delivered.Low);
        Assert.Equal((2, 1), (stages.Metrics.MessagesPublished.Count, stages.Metrics.MessagesRefused.Count));
        Assert.False(link.Disconnected.IsCompleted);
    }

    [Fact]
    public async Task Run_WithManyPublishesPendingConfigured_HasThemAllOnTheirWay()
    {
        const int PublishesPendingMax = 1_500;
        await using var stages = new Stages();
        await using var broker = new ScriptedBroker(ScriptedBroker.Connack());
        await using var link = await ConnectAsync(broker.Port, PublishesPendingMax);
        var journal = new MemoryJournal(2 * PublishesPendingMax);
        using var pump = Pump(
            link, journal, new DeliveredRanges(journal, "mqtt"), stages, (_, _, _) => Message(1), publishesPendingMax: PublishesPendingMax);
        using var abort = new CancellationTokenSource();
        var run = pump.RunAsync(CancellationToken.None, abort.Token);
        for (var i = 0; i < PublishesPendingMax; i++)
            await broker.WaitForPublishAsync();
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Run_CommitWhileNothingIsRead_PublishesWhatWasCommitted()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        // 1 to 3 are gone; 4 is committed just after the storage was asked for what there is.
        var journal = new MemoryJournal(3) { GoneTo = 3, CommittedAfterRead = 4 };
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(link, journal, delivered, stages, (_, _, _) => Message(1));

        using var stop = new CancellationTokenSource();
        var run = pump.RunAsync(stop.Token, CancellationToken.None);
        await Eventually.TrueAsync(() => journal.LoadCursor("mqtt") == 4, "the fourth is delivered");
        await stop.CancelAsync();
        await run.WaitAsync(_patience);

        Assert.Equal((4, 1), (delivered.Low, stages.Metrics.MessagesPublished.Count));
    }

    // In a cluster: who gives its shards up would else never be done, be aborted, and have what was on its way told twice.
    [Fact]
    public async Task Run_StoppedWhileOthersGoOnCommitting_EndsWithWhatWasCommittedByThen()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        var journal = new MemoryJournal(3);
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(
            link, journal, delivered, stages, (record, _, _) =>
            {
                journal.Commit(record.Frame.Id + 10);
                return Message(1);
            });

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None).WaitAsync(_patience);

        Assert.Equal((3, 3), (delivered.Low, stages.Metrics.MessagesPublished.Count));
    }

    [Fact]
    public async Task Run_ReadingFailsHalfway_CountsNothingOfItAsDelivered()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        var journal = new MemoryJournal(1) { ReadsHalfwayTo = 5 };
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(link, journal, delivered, stages, (_, _, _) => Message(1));
        var run = pump.RunAsync(CancellationToken.None, CancellationToken.None);
        await Eventually.TrueAsync(() => journal.LoadCursor("mqtt") == 1, "the first is delivered");

        journal.Commit(9);
        await Assert.ThrowsAsync<JournalException>(() => run).WaitAsync(_patience);

        Assert.Equal((1, 1), (delivered.Low, journal.LoadCursor("mqtt")));
    }

    [Fact]
    public async Task Run_MessageCannotBeMade_CountsItsFrameAsDeliveredToNobody()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        var journal = new MemoryJournal(3);
        var delivered = new DeliveredRanges(journal, "mqtt");
        using var pump = Pump(link, journal, delivered, stages, (_, _, _) => throw new InvalidOperationException("no message"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => pump.RunAsync(CancellationToken.None, CancellationToken.None));

        Assert.Equal((0, 0), (delivered.Low, journal.LoadCursor("mqtt")));
    }

    [Fact]
    public async Task Run_WithAGap_PublishesWhatIsNewFirstAndTheGapAtItsRate()
    {
        const int CatchUpPerS = 200;
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        var journal = new MemoryJournal(1_000);
        var delivered = new DeliveredRanges(journal, "mqtt");
        delivered.BeginLive(journal.CommittedId);
        var made = new List<(long Id, bool IsGap, long At)>();
        var caughtUp = new PublishMetrics(stages.Metrics).CaughtUp;
        using var pump = new PublishPump(
            link, journal,
            (record, isGap, _) =>
            {
                made.Add((record.Frame.Id, isGap, stages.Time.GetTimestamp()));
                return Message(1);
            },
            delivered, liveAfter: 1_000, CatchUpPerS, publishesPendingMax: 256, stages.Metrics, caughtUp, stages.Time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var run = pump.RunAsync(stop.Token, CancellationToken.None);
        await Eventually.TrueAsync(() => caughtUp.Count >= 20, "the gap is being caught up");
        journal.Commit(1_500);
        await Eventually.TrueAsync(() => stages.Metrics.MessagesPublished.Count - caughtUp.Count == 500, "what is new is published");
        Assert.True(delivered.HasGap);
        await Eventually.TrueAsync(() => !delivered.HasGap, "the gap is caught up");
        await stop.CancelAsync();
        await run.WaitAsync(_patience);

        Assert.Equal(1_500, delivered.Low);
        Assert.Equal(Enumerable.Range(1, 1_000).Select(id => (long)id), made.Where(one => one.IsGap).Select(one => one.Id));
        Assert.Equal(Enumerable.Range(1_001, 500).Select(id => (long)id), made.Where(one => !one.IsGap).Select(one => one.Id));

        // A rate cannot be exceeded however slow the machine is; that it is reached is no test's to say.
        var gap = made.Where(one => one.IsGap).ToList();
        var seconds = stages.Time.GetElapsedTime(gap[0].At, gap[^1].At).TotalSeconds;
        Assert.InRange(gap.Count, 0, (CatchUpPerS * seconds) + (CatchUpPerS / 10.0) + 2);
    }

    private static PublishPump Pump(
        IMqttLink link, IJournal journal, DeliveredRanges delivered, Stages stages, MakeMessage make, int publishesPendingMax = 256)
    {
        delivered.BeginLive(0);
        return new PublishPump(
            link, journal, make, delivered, liveAfter: 0, catchUpPerS: 1000, publishesPendingMax, stages.Metrics,
            new PublishMetrics(stages.Metrics).CaughtUp, stages.Time, NullLogger.Instance);
    }

    private static MqttMessage Message(int payloadBytes) => new() { Topic = "t", Payload = new byte[payloadBytes] };

    private static async Task<IMqttLink> ConnectAsync(int port, int publishesPendingMax)
    {
        var link = MqttStack.Default.CreateLink();
        var options = new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "pump", PublishesPendingMax = publishesPendingMax };
        await link.ConnectAsync(options, CancellationToken.None);
        return link;
    }

    private sealed class MemoryJournal(long committedId) : IJournal
    {
        private readonly Dictionary<string, long> _cursors = [];
        private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _committedId = committedId;

        public long CommittedId => Volatile.Read(ref _committedId);

        public long GoneTo { get; init; }

        public long CommittedAfterRead { get; init; }

        /// <summary>A reading that comes to this number fails there; 0: none.</summary>
        public long ReadsHalfwayTo { get; init; }

        public void Commit(long id)
        {
            Volatile.Write(ref _committedId, id);
            Interlocked.Exchange(ref _committed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        public void Read(long afterId, int recordsMax, List<JournalRecord> records)
        {
            records.Clear();
            for (var id = Math.Max(afterId, GoneTo) + 1; id <= CommittedId && records.Count < recordsMax; id++)
            {
                records.Add(TestRecords.Numbered(id));
                if (id == ReadsHalfwayTo)
                    throw new JournalException("The connection has ended.");
            }

            if (CommittedAfterRead > CommittedId)
                Commit(CommittedAfterRead);
        }

        public Task WaitForCommitAsync(long id, CancellationToken cancellationToken)
        {
            var next = _committed.Task;
            return id < CommittedId ? Task.CompletedTask : next.WaitAsync(cancellationToken);
        }

        public void SaveCursor(string outlet, long id) => _cursors[outlet] = id;

        public void SaveNote(string name, long number) => _cursors[name] = number;

        public long LoadNote(string name, NoteOfSeveral ofSeveral) => _cursors.GetValueOrDefault(name);

        public long LoadCursor(string outlet) => _cursors.GetValueOrDefault(outlet);

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => throw new NotSupportedException();

        public long Append(Datagram datagram, in AdmissionState state) => throw new NotSupportedException();

        public void AppendReception(long id, int ordinal, Datagram datagram) => throw new NotSupportedException();
    }
}
