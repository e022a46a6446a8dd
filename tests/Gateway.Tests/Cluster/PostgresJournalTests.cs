using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Journal;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>The contract of every journal, over a spool, its forwarding, and PostgreSQL.</summary>
[Collection(PostgresCollection.Name)]
#pragma warning disable CA1001 // StopAsync ends it.
public sealed class PostgresJournalTests(PostgresFixture postgres, ITestOutputHelper output) : JournalContract(output)
#pragma warning restore CA1001
{
    private string? _database;
    private TestClusterGateway? _gateway;

    public override async Task DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async Task<IJournal> StartAsync()
    {
        _database ??= await postgres.CreateDatabaseAsync();
        _gateway = await new TestClusterGateway(_database, 0, shards: 3, leaseS: 60, stages: Stages).StartAsync(listeners: Commits);
        return await _gateway.OpenAsync();
    }

    protected override async Task StopAsync(IJournal journal)
    {
        await ((PostgresJournal)journal).DisposeAsync();
        await _gateway!.DisposeAsync();
    }
}
