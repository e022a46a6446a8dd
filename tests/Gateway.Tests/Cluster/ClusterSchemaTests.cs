using BoatTelemetry.Gateway.Cluster;

namespace BoatTelemetry.Gateway.Tests.Cluster;

[Collection(PostgresCollection.Name)]
public sealed class ClusterSchemaTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Tables_OfVersion3_AreBroughtUpWithWhatTheyHold()
    {
        var database = await postgres.CreateDatabaseAsync();
        await LayVersion3Async(database);
        await TestSql.ExecuteAsync(database, "INSERT INTO outlet_cursor VALUES ('mqtt', 2, 17, true)");

        await using var gateway = await new TestClusterGateway(database, 0).StartAsync();

        Assert.Equal(ClusterSchema.Version, await TestSql.ScalarAsync(database, "SELECT version::bigint FROM cluster"));
        Assert.Equal(17, await TestSql.ScalarAsync(database, "SELECT seq FROM outlet_cursor WHERE shard = 2"));
        Assert.Equal(0, await TestSql.ScalarAsync(database, "SELECT count(*) FROM command"));
        Assert.Equal(0, await TestSql.ScalarAsync(database, "SELECT count(*) FROM exchange_heard('{}', '{}', '{}', '{}', '{}', 0)"));
    }

    [Theory]
    [InlineData(2, "new, empty database")]
    [InlineData(ClusterSchema.Version + 1, "upgrade this gateway")]
    public async Task Tables_OfAVersionThatIsNotKnown_AreRefusedWithWhatToDo(int version, string advice)
    {
        var database = await postgres.CreateDatabaseAsync();
        await LayVersion3Async(database);
        await TestSql.ExecuteAsync(database, $"UPDATE cluster SET version = {version}");
        await using var connection = new ClusterDatabase(database);

        var refusal = await Assert.ThrowsAsync<ClusterException>(() => ClusterSchema.PrepareAsync(connection, 4, CancellationToken.None));

        Assert.Equal(ClusterFailure.SchemaDiffers, refusal.Failure);
        Assert.Contains($"version {version}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(version, await TestSql.ScalarAsync(database, "SELECT version::bigint FROM cluster"));
    }

    // As a gateway of that version left it.
    private static async Task LayVersion3Async(string database)
    {
        await using var stream = typeof(ClusterSchema).Assembly.GetManifestResourceStream("BoatTelemetry.Gateway.Cluster.schema.3.sql")!;
        using var reader = new StreamReader(stream);
        await TestSql.ExecuteAsync(database, await reader.ReadToEndAsync());
        await TestSql.ExecuteAsync(
            database,
            """
            INSERT INTO cluster (version, shards) VALUES (3, 4);
            INSERT INTO journal_head (seq, day) VALUES (0, (clock_timestamp() AT TIME ZONE 'UTC')::date);
            INSERT INTO lease (shard) SELECT generate_series(0, 3);
            SELECT make_partitions(3)
            """);
    }
}
