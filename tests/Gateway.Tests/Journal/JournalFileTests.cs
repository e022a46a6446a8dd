using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Gateway.Tests.Journal;

/// <summary>Backup and check of the file, beside a gateway that runs and without one.</summary>
#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class JournalFileTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const long NowMs = 1_800_000_000_000;
    private readonly Stages _stages = new(datagramsMax: 4096);
    private uint _counter;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _stages.DisposeAsync();

    private string Copy => _stages.JournalFile + ".copy";

    [Fact]
    public async Task Backup_WhileFramesAreCommitted_IsOneMomentOfTheJournal()
    {
        var journal = await _stages.StartJournalAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await AppendAsync(journal, 200);
        });
        for (var i = 0; i < 5; i++)
        {
            var atLeast = journal.CommittedId;
            Assert.Equal(JournalBackup.Run(_stages.JournalFile, Copy), new FileInfo(Copy).Length);
            AssertIsOneMoment(atLeast);
            var before = journal.CommittedId;
            await Eventually.TrueAsync(() => journal.CommittedId > before, "the gateway goes on");
        }

        await stop.CancelAsync();
        await writing;
        Assert.Equal(JournalCheckOutcome.Sound, JournalCheck.Run(_stages.JournalFile).Outcome);
    }

    [Fact]
    public async Task Backup_OfAStoppedJournal_StartsAsOne()
    {
        var journal = await _stages.StartJournalAsync();
        await AppendAsync(journal, 1000);
        await _stages.StopAsync(journal);
        JournalBackup.Run(_stages.JournalFile, Copy);

        journal = await _stages.StartJournalAsync(new JournalOptions { File = Copy });

        Assert.Equal(1000, journal.CommittedId);
        Assert.Equal([Copy, Copy + "-shm", Copy + "-wal", Copy + ".lock"], Directory.GetFiles(Path.GetDirectoryName(Copy)!, "*.copy*").Order());
    }

    [Fact]
    public async Task Backup_ThatCannotBe_SaysWhy_AndLeavesTheOldOne()
    {
        var journal = await _stages.StartJournalAsync();
        await AppendAsync(journal, 10);
        await File.WriteAllTextAsync(Copy, "old");

        Assert.Throws<JournalException>(() => JournalBackup.Run(_stages.JournalFile + ".none", Copy));
        Assert.Throws<JournalException>(() => JournalBackup.Run(_stages.JournalFile, _stages.JournalFile));
        Assert.Throws<JournalException>(() => JournalBackup.Run(_stages.JournalFile, Path.Combine(Copy, "below-a-file")));
        Assert.Throws<JournalException>(() => JournalBackup.Run(Copy, Copy + "2"));
        Assert.Equal("old", await File.ReadAllTextAsync(Copy));
        Assert.False(File.Exists(Copy + "2"));
    }

    [Fact]
    public async Task Check_OfADamagedFile_SaysSo_AndTheGatewayDoesNotStartOnIt()
    {
        var journal = await _stages.StartJournalAsync();
        await AppendAsync(journal, 3000);
        await _stages.StopAsync(journal);
        Assert.Equal(JournalCheckOutcome.Sound, JournalCheck.Run(_stages.JournalFile).Outcome);
        await using (var file = new FileStream(_stages.JournalFile, FileMode.Open))
        {
            file.Position = file.Length / 4096 / 2 * 4096;
            await file.WriteAsync(new byte[4096]);
        }

        var check = JournalCheck.Run(_stages.JournalFile);
        Assert.Equal(JournalCheckOutcome.Damaged, check.Outcome);
        Assert.NotEmpty(check.Detail);
        var refused = await Assert.ThrowsAsync<JournalException>(() => _stages.StartJournalAsync());
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WithoutTime_SaysThatItDidNotFinish()
    {
        var journal = await _stages.StartJournalAsync();
        await AppendAsync(journal, 3000);

        Assert.Equal(JournalCheckOutcome.NotFinished, JournalCheck.Run(_stages.JournalFile, TimeSpan.Zero).Outcome);
        Assert.Equal(JournalCheckOutcome.Sound, JournalCheck.Run(_stages.JournalFile, TimeSpan.FromMinutes(1)).Outcome);
        Assert.Throws<JournalException>(() => JournalCheck.Run(_stages.JournalFile + ".none"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    public async Task Start_OnAnotherVersion_NamesIt(int version)
    {
        await using (var other = new SqliteConnection($"Data Source={_stages.JournalFile};Pooling=False"))
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
#pragma warning disable CA2100 // A number.
            command.CommandText = $"CREATE TABLE frame (id INTEGER); PRAGMA application_id = 0x42544A31; PRAGMA user_version = {version}";
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Assert.ThrowsAsync<JournalException>(() => _stages.StartJournalAsync());
        Assert.Contains($"version {version};", refused.Message, StringComparison.Ordinal);
    }

    private async Task AppendAsync(SqliteJournal journal, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            var frame = new Gateway.Admission.AdmittedFrame { Unit = 17, Counter = ++_counter, TimeUtcMs = NowMs, ReceivedUtcMs = NowMs };
            journal.Append(
                _stages.Admitted(frame, [1, 2, 3], [4]),
                Gateway.Admission.AdmissionState.NeverSeen with { Live = new(_counter, 1, NowMs) });
        }

        await journal.FlushAsync(CancellationToken.None);
    }

    private void AssertIsOneMoment(long atLeast)
    {
        using var reader = new JournalReader(Copy, new JournalRecordPool());
        List<JournalRecord> records = [];
        reader.Read(0, int.MaxValue, records);
        Assert.True(records.Count >= atLeast);
        Assert.Equal(Enumerable.Range(1, records.Count).Select(i => (long)i), records.Select(record => record.Frame.Id));
        Assert.Equal(records.Count, reader.LastId());
        if (records.Count > 0)
            Assert.Equal(records.Count, Assert.Single(reader.Units()).Value.Live.Newest);
    }
}
