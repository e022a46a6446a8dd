using System.Text;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Journal;

/// <summary>In steady state nothing is allocated for a frame, from the datagram's bytes to the commit and to an outlet that keeps up.</summary>
#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class FrameAllocationTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int PassFrames = 400;
    private const int Passes = 6;
    private readonly Stages _stages = new(datagramsMax: 4096);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stages.DisposeAsync();

    [Fact]
    public async Task FromTheDatagramToTheJournal_NothingIsAllocated()
    {
        using var boat = new TestBoat(17);
        var datagrams = Enumerable.Range(0, Passes * PassFrames)
            .Select(i => Encoding.UTF8.GetBytes($$"""{"rxpk":[{{TestConcentrator.Rxpk(boat.Frame((uint)i))}}]}""")).ToArray();
        var journal = await _stages.StartJournalAsync();
        var admission = new FrameAdmission(
            new FleetSource(TestBoat.Fleet(boat)), journal.LoadUnits(), [], _stages.Metrics);
        var reader = new PushDataReader();
        var sink = new Sink(_stages.Buffer);
        var next = 0;
        void Pass()
        {
            for (var end = next + PassFrames; next < end; next++)
            {
                var arrival = new Reception { ReceivedUtcMs = 1_800_000_000_000 + (next * 1000), ReceivedMonotonicMs = next * 1000 };
                reader.Read(datagrams[next], in arrival, sink);
                _stages.Buffer.TryTake(out var datagram);
                admission.Admit(datagram, journal, out _);
            }
        }

        Pass();
        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal(0, Allocated.Least(_ => Pass()));

        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal(next, journal.CommittedId);
    }

    [Fact]
    public void Commit_AllocatesNothing()
    {
        using var writer = new JournalWriter(_stages.JournalFile);
        Dictionary<string, KeptNumber> cursors = [];
        var batch = Batch();
        long id = 0;
        void Pass()
        {
            foreach (ref var operation in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch))
            {
                operation.Id = ++id;
                operation.Datagram!.Admitted = operation.Datagram.Admitted with { Id = id, Counter = (uint)id };
            }

            writer.Commit(batch, cursors);
        }

        Pass();

        Assert.Equal(0, Allocated.Least(_ => Pass()));
    }

    [Fact]
    public void Tail_IsWrittenAndReadWithoutAllocation()
    {
        var pool = new JournalRecordPool();
        var tail = new JournalTail(pool, 0);
        var batch = Batch();
        List<JournalRecord> records = [];
        long id = 0;
        void Pass()
        {
            foreach (ref var operation in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch))
            {
                operation.Id = ++id;
                operation.Datagram!.Admitted = operation.Datagram.Admitted with { Id = id };
            }

            tail.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
            for (var (read, step) = (id - batch.Count, 1); read < id; read = records[^1].Frame.Id, step = 256 - step)
                tail.TryRead(read, step, records);
        }

        for (var i = 0; i < 2 * JournalTail.FramesMax / batch.Count; i++)
            Pass();
        Assert.Equal(0, Allocated.Least(_ => Pass()));
        Assert.False(tail.TryRead(id - JournalTail.FramesMax - 1, 1, records));
        Assert.True(tail.TryRead(id - JournalTail.FramesMax, 1, records));
        Assert.Equal(id - JournalTail.FramesMax + 1, Assert.Single(records).Frame.Id);
    }

    private List<JournalOperation> Batch()
    {
        List<JournalOperation> batch = [];
        for (var i = 0; i < SqliteJournal.BatchMax; i++)
        {
            var frame = new AdmittedFrame { Unit = i % 40, Class = (Core.Security.FrameClass)(i % 2), Kind = FrameKind.Track };
            batch.Add(new JournalOperation
            {
                Kind = JournalOperationKind.Frame, State = AdmissionState.NeverSeen, Datagram = _stages.Admitted(frame, new byte[40], new byte[30]),
            });
        }

        return batch;
    }

    private sealed class Sink(DatagramBuffer buffer) : IPushDataSink
    {
        public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Assert.True(buffer.TryAdd(frame, in reception));

        public void Refused(PacketForwarderRejection rejection) => Assert.Fail(rejection.ToString());

        public void Statistics(in ConcentratorStatistics statistics)
        {
        }
    }
}
