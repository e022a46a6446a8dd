using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>An admission before a journal of its own, and all that both tell.</summary>
internal sealed class AdmissionBench : IUplinkListener, ICommitListener, IAsyncDisposable
{
    public const long NowUtcMs = 1_800_000_000_000;

    private readonly AdmissionOptions _options;

    public AdmissionBench(FleetRegistry fleet, AdmissionOptions? options = null, int datagramsMax = 4096)
    {
        Stages = new Stages(datagramsMax);
        Fleet = new FleetSource(fleet);
        _options = options ?? new AdmissionOptions();
        Clocks = new UnitClocks(_options.ClockSkewMaxS);
    }

    public Stages Stages { get; }

    public FleetSource Fleet { get; }

    public UnitClocks Clocks { get; }

    public SqliteJournal Journal { get; private set; } = null!;

    public FrameAdmission Admission { get; private set; } = null!;

    public List<(int Unit, FrameClass Class, uint Counter, ulong Concentrator)> Heards { get; } = [];

    /// <summary>Frames of the journal's commits, in their order. Read only after <see cref="FlushAsync"/>.</summary>
    public List<(AdmittedFrame Frame, AdmissionState State, bool IsDuplicate)> Commits { get; } = [];

    public async Task StartAsync()
    {
        Journal = await Stages.StartJournalAsync(listeners: this);
        Know(Journal.LoadUnits());
    }

    /// <summary>Begins the admission anew with what it is to know of the units.</summary>
    public void Know(IEnumerable<KeyValuePair<int, AdmissionState>> units) =>
        Admission = new FrameAdmission(Fleet, units, [this], Stages.Metrics, _options, Clocks);

    /// <summary>Ends journal and admission in order and starts others on the same file.</summary>
    public async Task RestartAsync()
    {
        await Stages.StopAsync(Journal);
        await StartAsync();
    }

    public AdmissionOutcome Admit(byte[] frame, ulong concentrator = 1, long monotonicMs = 0, IngestSource? source = null, long utcMs = NowUtcMs) =>
        Admit(frame, concentrator, monotonicMs, source, utcMs, out _);

    public AdmissionOutcome Admit(
        byte[] frame, ulong concentrator, long monotonicMs, IngestSource? source, long utcMs, out FrameRejection rejection)
    {
        var datagram = Stages.Datagram(frame, concentrator, utcMs, monotonicMs);
        datagram.Set(frame, datagram.Reception with { Source = source });
        var outcome = Admission.Admit(datagram, Journal, out rejection);
        if (!FrameAdmission.IsTaken(outcome))
            Stages.Buffer.Return(datagram);
        return outcome;
    }

    public FrameRejection Reject(byte[] frame, long monotonicMs = 0)
    {
        Assert.Equal(AdmissionOutcome.Rejected, Admit(frame, 1, monotonicMs, null, NowUtcMs, out var rejection));
        return rejection;
    }

    public Task FlushAsync() => Journal.FlushAsync(CancellationToken.None);

    public async Task<List<JournalRecord>> ReadAsync()
    {
        await FlushAsync();
        List<JournalRecord> all = [];
        List<JournalRecord> page = [];
        do
        {
            page = [];
            Journal.Read(all.Count == 0 ? 0 : all[^1].Frame.Id, 500, page);
            all.AddRange(page);
        }
        while (page.Count > 0);
        return all;
    }

    public ValueTask DisposeAsync() => Stages.DisposeAsync();

    void IUplinkListener.Heard(int unit, FrameClass frameClass, uint counter, in Reception reception) =>
        Heards.Add((unit, frameClass, counter, reception.Concentrator));

    void ICommitListener.Committed(Datagram datagram, in AdmissionState state, bool isDuplicate) =>
        Commits.Add((datagram.Admitted, state, isDuplicate));
}
