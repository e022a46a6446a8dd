using System.Runtime.CompilerServices;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Tests.Journal;

/// <summary>How many frames one commit takes, when, and that it is on the disk when it returns.</summary>
#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class GroupCommitTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly ManualTime _time = new();
    private readonly Stages _stages;
    private readonly Gate _gate;
    private uint _counter;

    public GroupCommitTests()
    {
        _stages = new Stages(datagramsMax: 4096, _time);
        _gate = new Gate(_stages);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _gate.Open();
        await _stages.DisposeAsync();
        _gate.Dispose();
    }

    [Fact]
    public void Limits_AreAtMost512FramesAndFiveMilliseconds()
    {
        Assert.Equal(512, SqliteJournal.BatchMax);
        Assert.Equal(5, SqliteJournal.CommitIntervalMs);
    }

    // While the journal's thread is held, everything gathers: what it then commits is a count and no matter of time.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 1)]
    [InlineData(513, 2)]
    [InlineData(1536, 3)]
    [InlineData(1700, 4)]
    public async Task FramesThatWait_AreCommittedIn512s(int frames, int commits)
    {
        var journal = await _stages.StartJournalAsync(listeners: _gate);
        await HeldAsync(journal);
        for (var i = 0; i < frames; i++)
            Append(journal);

        _gate.Open();
        await journal.WaitForCommitAsync(frames, CancellationToken.None);

        Assert.Equal(1 + frames, journal.CommittedId);
        Assert.Equal(1 + commits, _gate.Sizes.Count);
        Assert.Equal(1 + frames, _gate.Sizes.Sum());
        Assert.All(_gate.Sizes.Skip(1).SkipLast(1), size => Assert.Equal(512, size));
    }

    // Its clock stands still, so for the journal no time has passed since its last commit: it waits for more, and takes them together.
    [Fact]
    public async Task FramesOneByOne_RightBehindACommit_WaitForEachOther()
    {
        var journal = await _stages.StartJournalAsync(listeners: _gate);
        await HeldAsync(journal);
        Append(journal);
        Append(journal);
        _gate.Open();
        await journal.WaitForCommitAsync(2, CancellationToken.None);

        Assert.Equal([1, 2], _gate.Sizes);
    }

    [Fact]
    public async Task WritersConnection_IsSynchronousFullOverAWriteAheadLog()
    {
        var journal = await _stages.StartJournalAsync(listeners: _gate);
        _gate.Open();
        Append(journal);
        await journal.FlushAsync(CancellationToken.None);

        var connection = ConnectionOf(WriterOf(journal)!);

        // sqlite.org/pragma.html: 2 is FULL.
        Assert.Equal(2L, Ask(connection, "PRAGMA synchronous"));
        Assert.Equal("wal", Ask(connection, "PRAGMA journal_mode"));
    }

    // The first commit is under way, and its listener holds the thread.
    private async Task HeldAsync(SqliteJournal journal)
    {
        Append(journal);
        await Eventually.TrueAsync(() => _gate.IsHeld, "the first commit is told");
    }

    private void Append(SqliteJournal journal)
    {
        var counter = ++_counter;
        journal.Append(
            _stages.Admitted(new AdmittedFrame { Unit = 17, Class = FrameClass.Durable, Counter = counter, ReceivedUtcMs = _time.UtcMs }, [1, 2, 3], [4]),
            AdmissionState.NeverSeen);
    }

    private static object? Ask(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = pragma;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_writer")]
    private static extern ref JournalWriter? WriterOf(SqliteJournal journal);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_connection")]
    private static extern ref SqliteConnection ConnectionOf(JournalWriter writer);

    /// <summary>Holds the journal's thread behind its first commit, and counts the frames of each.</summary>
    private sealed class Gate(Stages stages) : ICommitListener, IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly Lock _lock = new();
        private readonly List<int> _sizes = [];

        public bool IsHeld => Sizes.Count > 0;

        /// <summary>Frames of each commit that had any: the start's own may have none.</summary>
        public IReadOnlyList<int> Sizes
        {
            get
            {
                lock (_lock)
                    return [.. _sizes.Where(static size => size > 0)];
            }
        }

        public void Open() => _open.Set();

        public void Dispose() => _open.Dispose();

        // A commit is counted behind its last frame.
        public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate)
        {
            lock (_lock)
            {
                while (_sizes.Count <= stages.Metrics.Commits.Count)
                    _sizes.Add(0);
                _sizes[^1]++;
            }

            _open.Wait();
        }
    }
}
