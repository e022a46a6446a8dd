using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Tests.Journal;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class SqliteJournalTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const long NowMs = 1_800_000_000_000;
    private readonly Stages _stages = new(datagramsMax: 4096);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stages.DisposeAsync();

    [Fact]
    public async Task Append_Frames_AreReadInOrderWithTheirReceptions()
    {
        var journal = await _stages.StartJournalAsync();
        for (var i = 1; i <= 1500; i++)
            Assert.Equal(i, Append(journal, (uint)i));
        journal.AppendReception(7, 1, _stages.Datagram([1], concentrator: ulong.MaxValue));
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
        Assert.Equal(0, _stages.Buffer.InUse);
        journal.Read(6, 1, records);
        Assert.Equal(ulong.MaxValue, records[0].Receptions[1].Concentrator);
        Assert.Equal([4, 5], records[0].Body[..records[0].BodyLength]);
        Assert.Equal([1, 2, 3], records[0].Sealed.ToArray());
        Assert.InRange(_stages.Metrics.Commits.Count, 3, 1500);
    }

    [Fact]
    public async Task Restart_KeepsFramesCursorsWindowsAndNumbers()
    {
        var journal = await _stages.StartJournalAsync();
        Append(journal, 1);
        Append(journal, 2, new LiveWindowState(2, ulong.MaxValue, NowMs));
        journal.SaveCursor("mqtt", 1);
        await _stages.StopAsync(journal);

        journal = await _stages.StartJournalAsync();

        Assert.Equal(2, journal.CommittedId);
        Assert.Equal(1, journal.LoadCursor("mqtt"));
        Assert.Equal(0, journal.LoadCursor("other"));
        Assert.Equal(new LiveWindowState(2, ulong.MaxValue, NowMs), Assert.Single(journal.LoadUnits()).Value.Live);
        Assert.Equal(3, Append(journal, 3));
    }

    [Fact]
    public async Task WaitForCommit_CompletesWithTheCommit()
    {
        var journal = await _stages.StartJournalAsync();
        var wait = journal.WaitForCommitAsync(0, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        Append(journal, 1);
        await wait.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(1, journal.CommittedId);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => journal.WaitForCommitAsync(1, new CancellationTokenSource(20).Token));
    }

    [Fact]
    public async Task Retention_DeletesWhatIsOldAndDelivered_AndNeverReusesANumber()
    {
        var oldMs = DateTimeOffset.UtcNow.AddDays(-3).ToUnixTimeMilliseconds();
        var journal = await _stages.StartJournalAsync(retentionDays: 2);
        for (var i = 1; i <= 2500; i++)
            Append(journal, (uint)i, receivedUtcMs: oldMs);
        journal.SaveCursor("mqtt", 2400);
        await _stages.StopAsync(journal);

        journal = await _stages.StartJournalAsync(retentionDays: 2);
        await Eventually.TrueAsync(() => _stages.Metrics.RowsExpired.Count == 2400, "what was delivered is deleted");
        List<JournalRecord> records = [];
        journal.Read(0, 1000, records);
        Assert.Equal(100, records.Count);
        Assert.Equal(2401, records[0].Frame.Id);
        journal.SaveCursor("mqtt", 2500);
        await _stages.StopAsync(journal);

        journal = await _stages.StartJournalAsync(retentionDays: 2);
        await Eventually.TrueAsync(() => _stages.Metrics.RowsExpired.Count == 2500, "the rest, too");
        await _stages.StopAsync(journal);
        journal = await _stages.StartJournalAsync(retentionDays: 2);
        Assert.Equal(2501, Append(journal, 1));
    }

    [Fact]
    public async Task Disk_ThatCannotBeWritten_LosesNothingAndRecovers()
    {
        var journal = await _stages.StartJournalAsync();
        Append(journal, 1);
        await journal.FlushAsync(CancellationToken.None);
        await using (var locker = new SqliteConnection($"Data Source={_stages.JournalFile};Pooling=False"))
        {
            await locker.OpenAsync();
            await using var command = locker.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync();
            Append(journal, 2);
            Append(journal, 3);
            await Eventually.TrueAsync(() => journal.IsFailing, "the failure is seen");
            Assert.Equal(1, journal.CommittedId);
            Assert.Equal(2, _stages.Buffer.InUse);
        }

        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal(3, journal.CommittedId);
        Assert.False(journal.IsFailing);
        Assert.True(_stages.Metrics.JournalFailures.Count >= 1);
        Assert.Equal(0, _stages.Buffer.InUse);
    }

    [Fact]
    public async Task Start_OnAnotherKindOfFile_SaysSo()
    {
        await using (var other = new SqliteConnection($"Data Source={_stages.JournalFile};Pooling=False"))
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE t (a)";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<JournalException>(() => _stages.StartJournalAsync());
        await File.WriteAllTextAsync(_stages.JournalFile, new string('x', 5000));
        await Assert.ThrowsAsync<JournalException>(() => _stages.StartJournalAsync());
    }

    [Fact]
    public async Task SaveCursorAndExpire_WhileTheDiskFails_KeepOneOfEach()
    {
        var journal = await _stages.StartJournalAsync();
        await using (var locker = new SqliteConnection($"Data Source={_stages.JournalFile};Pooling=False"))
        {
            await locker.OpenAsync();
            await using var command = locker.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync();
            Append(journal, 1);
            await Eventually.TrueAsync(() => journal.IsFailing, "the failure is seen");
            for (var i = 1; i <= 1000; i++)
            {
                journal.SaveCursor("mqtt", i);
                journal.SaveCursor("other", 2 * i);
                journal.PostExpire();
            }

            // Of 3,000: one of each, and one more of each if the writer tried again meanwhile; none if it has just taken them.
            Assert.InRange(journal.OperationsPending, 0, 6);
        }

        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal((1000, 2000), (journal.LoadCursor("mqtt"), journal.LoadCursor("other")));
        journal.SaveCursor("mqtt", 1001);
        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal(1001, journal.LoadCursor("mqtt"));
    }

    [Fact]
    public async Task Start_OnAJournalInUse_NamesTheLockFile()
    {
        var first = await _stages.StartJournalAsync();

        var refused = await Assert.ThrowsAsync<JournalException>(() => _stages.StartJournalAsync());
        Assert.Contains(SqliteJournal.LockFile(_stages.JournalFile), refused.Message, StringComparison.Ordinal);

        await _stages.StopAsync(first);
        await _stages.StartJournalAsync();
    }

    [Fact]
    public async Task Commit_ThatCanNeverSucceed_FailsTheStage()
    {
        var journal = await _stages.StartJournalAsync();
        Append(journal, 1);
        await journal.FlushAsync(CancellationToken.None);
        await using (var other = new SqliteConnection($"Data Source={_stages.JournalFile};Pooling=False"))
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "UPDATE frame SET id = 2; UPDATE reception SET frame_id = 2";
            await command.ExecuteNonQueryAsync();
        }

        Append(journal, 2);
        await Assert.ThrowsAsync<JournalException>(
            () => journal.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));

        await Eventually.TrueAsync(() => _stages.Guard.HasFailed, "the stage fails");
        Assert.Equal(19, Assert.IsType<SqliteException>(_stages.TakeFailure()).SqliteErrorCode);
        Assert.Equal(1, journal.CommittedId);
        await Assert.ThrowsAsync<JournalException>(() => journal.FlushAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(10, false)]
    [InlineData(13, false)]
    [InlineData(11, true)]
    [InlineData(19, true)]
    [InlineData(26, true)]
    public void Failure_IsPermanent_IfTheDiskIsNotAtFault(int sqliteErrorCode, bool isPermanent) =>
        Assert.Equal(isPermanent, SqliteJournal.IsPermanent(new SqliteException("", sqliteErrorCode)));

    private long Append(SqliteJournal journal, uint counter, LiveWindowState? window = null, long receivedUtcMs = NowMs)
    {
        var datagram = _stages.Datagram([1, 2, 3]);
        datagram.SetAdmitted(
            new AdmittedFrame { Unit = 17, Counter = counter, Kind = FrameKind.LiveArea, TimeUtcMs = receivedUtcMs, ReceivedUtcMs = receivedUtcMs },
            [4, 5]);
        return journal.Append(datagram, AdmissionState.NeverSeen with { Live = window ?? new LiveWindowState(counter, 1, NowMs) });
    }
}
