using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>One PostgreSQL for a whole run; each test has a database of its own in it.</summary>
#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class PostgresFixture : IAsyncLifetime
#pragma warning restore CA1001
{
    private PostgresProcess? _postgres;

    public Task<string> CreateDatabaseAsync() => _postgres!.CreateDatabaseAsync();

    public async Task InitializeAsync() => _postgres = await PostgresProcess.StartAsync();

    public async Task DisposeAsync() => await _postgres!.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
