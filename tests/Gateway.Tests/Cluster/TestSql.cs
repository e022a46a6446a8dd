using Npgsql;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Statements of the tests' own, each on a connection of its own.</summary>
internal static class TestSql
{
    public static Task<long> ScalarAsync(string database, string sql) =>
        RunAsync(database, sql, static async command => (long)(await command.ExecuteScalarAsync())!);

    public static Task<string> TextAsync(string database, string sql) =>
        RunAsync(database, sql, static async command => (string)(await command.ExecuteScalarAsync())!);

    public static Task ExecuteAsync(string database, string sql) => RunAsync(database, sql, static command => command.ExecuteNonQueryAsync());

    private static async Task<T> RunAsync<T>(string database, string sql, Func<NpgsqlCommand, Task<T>> run)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await run(command);
    }
}
