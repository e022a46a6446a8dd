using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class AdmissionAllocationTests(ITestOutputHelper output)
{
    private const int FramesPerPass = 1_000;

    // What .NET's AesCcm allocates for each opening (its handle on OpenSSL's context), measured by the openings alone.
    private const int PlatformBytes = 64;

    [Fact]
    public void Admission_OfLiveAndDurableFrames_AllocatesOnlyWhatTheOpeningDoes()
    {
        using var boat = new TestBoat(17);
        using var cipher = new PlatformAesCcm(boat.Key);
        using var metrics = new GatewayMetrics();
        var admission = new FrameAdmission(new FleetSource(TestBoat.Fleet(boat)), [], [], metrics);
        byte[][] frames =
        [
            .. Enumerable.Range(0, 7 * FramesPerPass).Select(i => (i % 4) switch
            {
                0 => boat.Frame((uint)i),
                1 => boat.Event((uint)i),
                2 => boat.Status((uint)i),
                _ => boat.Track((uint)i),
            }),
        ];
        var (journal, datagram, at, others) = (new Discarding(), new Datagram(), 0, 0);
        AdmitPass();
        AdmitPass();
        var bytes = Allocated.Least(_ => AdmitPass());
        var codec = new FrameCodec();
        var opening = Allocated.Least(_ =>
        {
            for (var i = 0; i < FramesPerPass; i++)
            {
                codec.ReadHeader(frames[i], 0, frames[i].Length, FrameDirection.Uplink);
                codec.Open(cipher, OperatingArea.Indonesia, (uint)i);
            }
        });

        output.WriteLine($"{bytes / FramesPerPass} bytes a frame, {opening / FramesPerPass} of them for the opening");
        Assert.Equal(0, others);
        Assert.Equal(opening, bytes);
        Assert.InRange(opening / FramesPerPass, 0, PlatformBytes);

        void AdmitPass()
        {
            for (var i = 0; i < FramesPerPass; i++, at++)
            {
                datagram.Set(frames[at], new Reception { ReceivedUtcMs = AdmissionBench.NowUtcMs + (at * 10), ReceivedMonotonicMs = at * 10 });
                others += admission.Admit(datagram, journal, out var _) == AdmissionOutcome.Admitted ? 0 : 1;
            }
        }
    }

    /// <summary>A journal that keeps nothing: what it would allocate is not asked for here.</summary>
    private sealed class Discarding : IJournal
    {
        public long CommittedId { get; private set; }

        public IReadOnlyList<KeyValuePair<int, AdmissionState>> LoadUnits() => [];

        public long Append(Datagram datagram, in AdmissionState state) => ++CommittedId;

        public void AppendReception(long id, int ordinal, Datagram datagram)
        {
        }

        public Task WaitForCommitAsync(long id, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Read(long afterId, int recordsMax, List<JournalRecord> records) => records.Clear();

        public long LoadCursor(string outlet) => 0;

        public long LoadNote(string name, NoteOfSeveral ofSeveral) => 0;

        public void SaveNote(string name, long number)
        {
            // As above.
        }

        public void SaveCursor(string outlet, long id)
        {
        }
    }
}
