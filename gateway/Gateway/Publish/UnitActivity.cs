using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// What is newest of each unit in the journal, and when the unit was heard last. Learns it from every commit; over a restart
/// it keeps a file beside the journal, and reads what the journal has behind it.
/// </summary>
/// <remarks>
/// Time in which this gateway did not run is no silence of a unit: what was live when it ended has its quiet time counted on
/// from the start. What was silent stays silent since the same instant.
/// </remarks>
public sealed partial class UnitActivity : ICommitListener, IHostedService, IDisposable
{
    /// <summary>Named limit: frames read from the journal at a start without the file.</summary>
    public const int ReplayMax = 50_000;

    /// <summary>
    /// Named limit: frames read from the journal behind the file, about two seconds' reading. A gateway that was killed has a minute of
    /// frames there at the most (<see cref="SaveInterval"/>); more has only a file that was put back from elsewhere.
    /// </summary>
    public const int ReplayBehindMax = 1_000_000;

    /// <summary>How often the file is written.</summary>
    public static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    private const int ReadMax = 512;

    private readonly string _file;
    private readonly Func<IJournal> _journal;
    private readonly FleetSource _fleet;
    private readonly UnitSchedules _schedules;
    private readonly StageGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger<UnitActivity> _log;
    private readonly Lock _lock = new();
    private readonly UnitActivityEntry?[] _units = new UnitActivityEntry?[FrameHeader.UnitMax + 1];
    private readonly FrameCodec _codec = new();
    private readonly CancellationTokenSource _stopping = new();
    private HashSet<int>? _heardSince;
    private Task? _saving;
    private long _id;
    private long _heardUtcMs;

    /// <param name="file">Where it is kept.</param>
    /// <param name="journal">The journal, once it has started; it knows this as a listener, so neither can be made after the other.</param>
    /// <param name="fleet">Operating area of the units.</param>
    /// <param name="schedules">How often units report.</param>
    /// <param name="guard">Runs the loop that saves.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Log.</param>
    public UnitActivity(
        string file, Func<IJournal> journal, FleetSource fleet, UnitSchedules schedules, StageGuard guard, TimeProvider time, ILogger<UnitActivity> log)
    {
        _file = file;
        _journal = journal;
        _fleet = fleet;
        _schedules = schedules;
        _guard = guard;
        _time = time;
        _log = log;
    }

    /// <summary>The file of a journal.</summary>
    public static string FileOf(string journal) => journal + ".units";

    /// <inheritdoc/>
    /// <remarks>The journal has started before, and the admission has not.</remarks>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var journal = _journal();
        var startUtcMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var kept = UnitActivityFile.Load(_file, out var problem);
        if (problem is not null)
            Log.NotLoaded(_log, _file, problem);
        var isOfThisJournal = kept is not null && kept.Id <= journal.CommittedId;
        if (isOfThisJournal)
            Take(kept!);
        _id = Math.Max(_id, journal.CommittedId - (isOfThisJournal ? ReplayBehindMax : ReplayMax));
        Replay(journal);
        TakeWindows(journal);
        SkipDowntime(startUtcMs);

        // What was read just now need not be in reach of the next start, if this process is killed before it saves again.
        TrySave();
        _saving = _guard.Run(nameof(UnitActivity), SaveAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_saving is null)
            return;
        await _stopping.CancelAsync();
        await _saving;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <inheritdoc/>
    public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
    {
        ArgumentNullException.ThrowIfNull(datagram);
        lock (_lock)
        {
            Observe(datagram.Admitted, datagram.Body, datagram.BodyLength, datagram.Reception.ReceivedUtcMs);
            if (!isDuplicate)
                _id = Math.Max(_id, datagram.Admitted.Id);
        }
    }

    /// <summary>The largest committed counter of a unit's live positions or statuses; -1 without any.</summary>
    public long Newest(int unit, FrameClass frameClass)
    {
        lock (_lock)
            return _units[unit] is not { } entry ? -1 : frameClass == FrameClass.Live ? entry.Live : entry.Status;
    }

    /// <summary>The same, as it was when this process began.</summary>
    public long NewestAtStart(int unit, FrameClass frameClass)
    {
        lock (_lock)
            return _units[unit] is not { } entry ? -1 : frameClass == FrameClass.Live ? entry.LiveAtStart : entry.StatusAtStart;
    }

    /// <summary>What was heard since the last time it was asked, for a cluster's other gateways; the first time all that is known.</summary>
    internal List<UnitHeard> TakeHeard()
    {
        lock (_lock)
        {
            _heardSince ??= [.. Enumerable.Range(0, _units.Length).Where(unit => _units[unit] is not null)];
            List<UnitHeard> heard = new(_heardSince.Count);
            foreach (var unit in _heardSince)
            {
                var entry = _units[unit]!;
                heard.Add(new UnitHeard(unit, entry.HeardUtcMs, entry.LiveSinceUtcMs, entry.IntervalMs, entry.IntervalCounter));
            }

            _heardSince.Clear();
            return heard;
        }
    }

    /// <summary>It was not told: the next asking has it again.</summary>
    internal void PutBack(List<UnitHeard> heard)
    {
        lock (_lock)
            _heardSince!.UnionWith(heard.Select(static unit => unit.Unit));
    }

    /// <summary>What a cluster's gateways know of a unit.</summary>
    internal void Learn(in UnitHeard heard)
    {
        if (heard.Unit < 0 || heard.Unit >= _units.Length)
            return;
        lock (_lock)
        {
            var entry = _units[heard.Unit] ??= new UnitActivityEntry(heard.HeardUtcMs) { LiveSinceUtcMs = heard.LiveSinceUtcMs };
            entry.HeardElsewhere(in heard);
        }
    }

    /// <summary>How a unit is at an instant; false for one that was never heard.</summary>
    internal bool TryGetState(int unit, long utcMs, out UnitStateValue value)
    {
        lock (_lock)
        {
            value = default;
            if (_units[unit] is not { } entry)
                return false;
            var state = entry.StateAt(utcMs, out var sinceUtcMs);
            value = new UnitStateValue(state, sinceUtcMs, entry.HeardUtcMs, entry.IntervalMs);
            return true;
        }
    }

    private void Observe(in AdmittedFrame frame, byte[] body, int bodyLength, long heardUtcMs)
    {
        var entry = _units[frame.Unit] ??= new UnitActivityEntry(heardUtcMs);
        if (frame.Class == FrameClass.Live && frame.Counter > entry.Live)
        {
            entry.Live = frame.Counter;
            var fleet = _fleet.Current;
            var unit = fleet.Find(frame.Unit);
            var area = unit is null ? fleet.Area : fleet.AreaOf(unit);
            if (_codec.ReadBody(frame.Kind, frame.Flags, area, body, 0, bodyLength) == FrameRejection.None)
            {
                entry.IntervalCounter = frame.Counter;
                entry.Heard(heardUtcMs, _schedules.Of(frame.Unit, unit?.Agency).IntervalMs(_codec.Position));
            }
        }
        else if (frame.Kind == FrameKind.Status)
        {
            entry.Status = Math.Max(entry.Status, frame.Counter);
        }

        entry.Heard(heardUtcMs, entry.IntervalMs);
        _heardSince?.Add(frame.Unit);
        _heardUtcMs = Math.Max(_heardUtcMs, heardUtcMs);
    }

    private void Take(UnitActivityFile kept)
    {
        _id = kept.Id;
        _heardUtcMs = kept.SavedUtcMs;
        foreach (var (unit, entry) in kept.Units)
            _units[unit] = entry;
    }

    private void Replay(IJournal journal)
    {
        List<JournalRecord> records = [];
        var committed = journal.CommittedId;
        for (var after = _id; after < committed; after = records[^1].Frame.Id)
        {
            journal.Read(after, ReadMax, records);
            if (records.Count == 0)
                return;
            foreach (var record in records)
                Observe(record.Frame, record.Body, record.BodyLength, record.Frame.ReceivedUtcMs);
            _id = records[^1].Frame.Id;
        }
    }

    // The admission's own memory goes back farther than any reading: of live counters, not of statuses.
    private void TakeWindows(IJournal journal)
    {
        foreach (var (unit, state) in journal.LoadUnits())
        {
            if (state.Live.Newest < 0)
                continue;
            var entry = _units[unit] ??= new UnitActivityEntry(state.Live.AsOfUtcMs);
            entry.Live = Math.Max(entry.Live, state.Live.Newest);
            _heardUtcMs = Math.Max(_heardUtcMs, state.Live.AsOfUtcMs);
        }

        foreach (var entry in _units)
            entry?.RememberStart();
    }

    private void SkipDowntime(long startUtcMs)
    {
        foreach (var entry in _units)
            entry?.SkipDowntime(_heardUtcMs, startUtcMs);
    }

    private async Task SaveAsync()
    {
        for (var isEnding = false; !isEnding;)
        {
            await Task.Delay(SaveInterval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isEnding = _stopping.IsCancellationRequested;
            TrySave();
        }
    }

    // The journal's thread waits for the lock, and must not wait for the disk.
    private void TrySave()
    {
        KeptUnits kept;
        lock (_lock)
            kept = UnitActivityFile.Copy(_id, _time.GetUtcNow().ToUnixTimeMilliseconds(), _units);
        try
        {
            UnitActivityFile.Save(_file, kept);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotSaved(_log, _file, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(411, LogLevel.Warning, "{File}: not read, units' states begin anew: {Problem}")]
        public static partial void NotLoaded(ILogger log, string file, string problem);

        [LoggerMessage(412, LogLevel.Warning, "{File}: not written, tried again: {Problem}")]
        public static partial void NotSaved(ILogger log, string file, string problem);
    }
}

/// <summary>How a unit is.</summary>
/// <param name="State">What.</param>
/// <param name="SinceUtcMs">Since when.</param>
/// <param name="HeardUtcMs">When it was heard last.</param>
/// <param name="IntervalMs">The longest interval that it may keep, as it last said.</param>
internal readonly record struct UnitStateValue(UnitActivityState State, long SinceUtcMs, long HeardUtcMs, int IntervalMs);
