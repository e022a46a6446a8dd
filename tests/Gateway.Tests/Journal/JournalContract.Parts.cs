using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Tests.Journal;

public abstract partial class JournalContract
{
    /// <summary>A state in which every member tells the number.</summary>
    private protected static AdmissionState State(uint number) => new(
        new LiveWindowState(number, ulong.MaxValue - number, NowMs + number),
        new DurableWindowState(number, (ulong)number << 40, ulong.MaxValue - number),
        new UnitKeyState((int)number, -number));

    private protected static List<JournalRecord> Read(IJournal journal)
    {
        List<JournalRecord> records = [];
        journal.Read(0, int.MaxValue, records);
        return records;
    }

    private protected long Append(
        IJournal journal, uint counter, int unit = 17, AdmissionState? state = null, long receivedUtcMs = NowMs)
    {
        var frame = new AdmittedFrame
        {
            Unit = unit, Counter = counter, Kind = FrameKind.LiveArea, TimeUtcMs = receivedUtcMs, ReceivedUtcMs = receivedUtcMs,
        };
        return journal.Append(Stages.Admitted(frame, [1, 2, 3], [4, 5]), state ?? State(counter));
    }

    private protected long AppendDurable(
        IJournal journal, int unit, uint counter, AdmissionState? state = null, long receivedUtcMs = NowMs)
    {
        var frame = new AdmittedFrame
        {
            Unit = unit,
            Class = FrameClass.Durable,
            Counter = counter,
            Kind = FrameKind.Track,
            TimeUtcMs = receivedUtcMs,
            ReceivedUtcMs = receivedUtcMs,
        };
        return journal.Append(Stages.Admitted(frame, [1, 2, 3, 4], [5]), state ?? State(counter));
    }

    /// <summary>Remembers what the journal has told.</summary>
    private protected sealed class CommitRecorder : ICommitListener
    {
        private readonly Lock _lock = new();
        private readonly List<(long Id, uint StateNumber, bool IsDuplicate)> _told = [];

        public List<(long Id, uint StateNumber)> Told()
        {
            lock (_lock)
                return [.. _told.Select(told => (told.Id, told.StateNumber))];
        }

        public List<bool> Duplicates()
        {
            lock (_lock)
                return [.. _told.Select(told => told.IsDuplicate)];
        }

        public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
        {
            lock (_lock)
                _told.Add((datagram.Admitted.Id, state.Durable.Base, isDuplicate));
        }
    }
}
