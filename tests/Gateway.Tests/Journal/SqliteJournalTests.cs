using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Journal;

/// <summary>What the journal in a file does beyond the contract.</summary>
public sealed class SqliteJournalTests(ITestOutputHelper output) : JournalContract(output)
{
    protected override async Task<IJournal> StartAsync() => await Stages.StartJournalAsync(listeners: Commits);

    protected override Task StopAsync(IJournal journal) => Stages.StopAsync((SqliteJournal)journal);

    [Fact]
    public async Task Retention_DeletesWhatIsOldAndDelivered_AndNeverReusesANumber()
    {
        var oldMs = DateTimeOffset.UtcNow.AddDays(-3).ToUnixTimeMilliseconds();
        var journal = await Stages.StartJournalAsync(retentionDays: 2);
        for (var i = 1; i <= 2500; i++)
            Append(journal, (uint)i, receivedUtcMs: oldMs);
        journal.SaveCursor("mqtt", 2400);

        // A note holds nothing back.
        journal.SaveNote("mqtt.from1", 7);
        await Stages.StopAsync(journal);

        journal = await Stages.StartJournalAsync(retentionDays: 2);
        await Eventually.TrueAsync(() => Stages.Metrics.RowsExpired.Count == 2400, "what was delivered is deleted");
        List<JournalRecord> records = [];
        journal.Read(0, 1000, records);
        Assert.Equal(100, records.Count);
        Assert.Equal(2401, records[0].Frame.Id);
        journal.SaveCursor("mqtt", 2500);
        await Stages.StopAsync(journal);

        journal = await Stages.StartJournalAsync(retentionDays: 2);
        await Eventually.TrueAsync(() => Stages.Metrics.RowsExpired.Count == 2500, "the rest, too");
        await Stages.StopAsync(journal);
        journal = await Stages.StartJournalAsync(retentionDays: 2);
        Assert.Equal(2501, Append(journal, 1));
    }

    // The clock was wrong for some of them, which stand among those that have expired.
    [Fact]
    public async Task Retention_AmongYoungerFrames_DeletesWhatIsOld()
    {
        var nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var oldMs = DateTimeOffset.UtcNow.AddDays(-3).ToUnixTimeMilliseconds();
        var journal = await Stages.StartJournalAsync(retentionDays: 2);
        for (var i = 1; i <= 2 * JournalCleaner.PassFramesMax; i++)
            Append(journal, (uint)i, receivedUtcMs: i <= JournalCleaner.PassFramesMax / 2 ? nowMs : oldMs);
        journal.SaveCursor("mqtt", 2 * JournalCleaner.PassFramesMax);
        await Stages.StopAsync(journal);

        journal = await Stages.StartJournalAsync(retentionDays: 2);
        await Eventually.TrueAsync(() => Stages.Metrics.RowsExpired.Count == 3 * JournalCleaner.PassFramesMax / 2, "what is old is deleted");
        List<JournalRecord> records = [];
        journal.Read(0, 2 * JournalCleaner.PassFramesMax, records);
        Assert.All(records, record => Assert.Equal(nowMs, record.Frame.ReceivedUtcMs));
        Assert.Equal(JournalCleaner.PassFramesMax / 2, records.Count);
    }

    [Fact]
    public async Task Disk_ThatCannotBeWritten_LosesNothingAndRecovers()
    {
        var journal = await Stages.StartJournalAsync();
        Append(journal, 1);
        await journal.FlushAsync(CancellationToken.None);
        await using (var locker = new SqliteConnection($"Data Source={Stages.JournalFile};Pooling=False"))
        {
            await locker.OpenAsync();
            await using var command = locker.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync();
            Append(journal, 2);
            Append(journal, 3);
            await Eventually.TrueAsync(() => journal.IsFailing, "the failure is seen");
            Assert.Equal(1, journal.CommittedId);
            Assert.Equal(2, Stages.Buffer.InUse);
        }

        await journal.FlushAsync(CancellationToken.None);
        Assert.Equal(3, journal.CommittedId);
        Assert.False(journal.IsFailing);
        Assert.True(Stages.Metrics.JournalFailures.Count >= 1);
        Assert.Equal(0, Stages.Buffer.InUse);
    }

    [Fact]
    public async Task Start_OnAnotherKindOfFile_SaysSo()
    {
        await using (var other = new SqliteConnection($"Data Source={Stages.JournalFile};Pooling=False"))
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE t (a)";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<JournalException>(() => Stages.StartJournalAsync());
        await File.WriteAllTextAsync(Stages.JournalFile, new string('x', 5000));
        await Assert.ThrowsAsync<JournalException>(() => Stages.StartJournalAsync());
    }

    [Fact]
    public async Task SaveCursorAndExpire_WhileTheDiskFails_KeepOneOfEach()
    {
        var journal = await Stages.StartJournalAsync();
        await using (var locker = new SqliteConnection($"Data Source={Stages.JournalFile};Pooling=False"))
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
        var first = await Stages.StartJournalAsync();

        var refused = await Assert.ThrowsAsync<JournalException>(() => Stages.StartJournalAsync());
        Assert.Contains(SqliteJournal.LockFile(Stages.JournalFile), refused.Message, StringComparison.Ordinal);

        await Stages.StopAsync(first);
        await Stages.StartJournalAsync();
    }

    [Fact]
    public async Task Commit_ThatCanNeverSucceed_FailsTheStage()
    {
        var journal = await Stages.StartJournalAsync();
        Append(journal, 1);
        await journal.FlushAsync(CancellationToken.None);
        await using (var other = new SqliteConnection($"Data Source={Stages.JournalFile};Pooling=False"))
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "UPDATE frame SET id = 2; UPDATE reception SET frame_id = 2";
            await command.ExecuteNonQueryAsync();
        }

        Append(journal, 2);
        await Assert.ThrowsAsync<JournalException>(
            () => journal.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

        await Eventually.TrueAsync(() => Stages.Guard.HasFailed, "the stage fails");
        Assert.Equal(19, Assert.IsType<SqliteException>(Stages.TakeFailure()).SqliteErrorCode);
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
}
