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
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_FrameOfAUnitThatLeftTheFleet_IsCountedAndNotCalledPublished()
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
        using var pump = new PublishPump(
            link,
            journal,
            record => record.Frame.Unit == 17 ? new MqttMessage { Topic = "t", Qos = MqttQos.AtLeastOnce } : null,
            cursor: 0,
            publishesPendingMax: 256,
            stages.Metrics,
            stages.Time,
            NullLogger.Instance);

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);

        Assert.Equal(4, pump.Cursor);
        Assert.Equal((2, 2), (stages.Metrics.MessagesPublished.Count, stages.Metrics.MessagesWithoutUnit.Count));
    }

    [Fact]
    public async Task Run_MessageLargerThanTheBrokerTakes_IsCountedRefusedAndTheNextGoesOn()
    {
        await using var stages = new Stages();
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "max_packet_size 500" });
        await using var link = await ConnectAsync(broker.Port, publishesPendingMax: 256);
        using var pump = new PublishPump(
            link, new MemoryJournal(3), record => Message(record.Frame.Id == 2 ? 500 : 1), cursor: 0, publishesPendingMax: 256,
            stages.Metrics, stages.Time, NullLogger.Instance);

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None).WaitAsync(_patience);

        Assert.Equal(3, pump.Cursor);
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
        using var pump = new PublishPump(
            link, new MemoryJournal(2 * PublishesPendingMax), _ => Message(1), cursor: 0, PublishesPendingMax,
            stages.Metrics, stages.Time, NullLogger.Instance);
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
        using var pump = new PublishPump(
            link, journal, _ => Message(1), cursor: 0, publishesPendingMax: 256, stages.Metrics, stages.Time, NullLogger.Instance);

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None).WaitAsync(_patience);

        Assert.Equal((4, 1), (pump.Cursor, stages.Metrics.MessagesPublished.Count));
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
        public long CommittedId { get; private set; } = committedId;

        public long GoneTo { get; init; }

        public long CommittedAfterRead { get; init; }

        public void Read(long afterId, int recordsMax, List<JournalRecord> records)
        {
            records.Clear();
            for (var id = Math.Max(afterId, GoneTo) + 1; id <= CommittedId && records.Count < recordsMax; id++)
                records.Add(TestRecords.Numbered(id));
            CommittedId = Math.Max(CommittedId, CommittedAfterRead);
        }

        public Task WaitForCommitAsync(long id, CancellationToken cancellationToken) =>
            id < CommittedId ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancellationToken);

        public void SaveCursor(string outlet, long id)
        {
            // The pump's own is looked at.
        }

        public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => throw new NotSupportedException();

        public long Append(Datagram datagram, in AdmissionState state) => throw new NotSupportedException();

        public void AppendReception(long id, int ordinal, Datagram datagram) => throw new NotSupportedException();

        public Task FlushAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public long LoadCursor(string outlet) => throw new NotSupportedException();
    }
}
