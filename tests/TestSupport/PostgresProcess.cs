using System.Diagnostics;
using System.Globalization;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// A real PostgreSQL. It takes connections when <see cref="StartAsync"/> has completed, and is gone when it is disposed. Everything is written as it
/// is for users: fsync is on. Killed or suspended is the server alone: its sessions' processes go on until they find out.
/// </summary>
public sealed class PostgresProcess : ServerProcess
{
    private const string User = "gateway";
    private const string ServiceUser = "postgres";
    private const int ReadyTimeoutMs = 60_000;
    private const int RetryMs = 20;

    private int _databases;

    private PostgresProcess()
        : base("boat-test-postgres-")
    {
    }

    /// <summary>Lays a database cluster and starts the server.</summary>
    public static Task<PostgresProcess> StartAsync() => StartAsync(new PostgresProcess());

    /// <summary>Makes an empty database and returns Npgsql's connection string for it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await RunToEndAsync(ToolPath.Postgres("psql"), "-X", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres", "-c", $"CREATE DATABASE {name}");
        return Connection(name);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Server is { HasExited: false } server)
        {
            // "Immediate" shutdown: the sessions are ended with it, so that none is left to write into the folder.
            ProcessSignals.TrySend(server.Id, ProcessSignals.Quit);
            await server.WaitForExitAsync();
        }

        Server?.Dispose();
        for (var tries = 0; Directory.Exists(Folder); tries++)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException) when (tries < ReadyTimeoutMs / RetryMs)
            {
                // After a kill, the server's children take a moment to end.
                await Task.Delay(RetryMs);
            }
        }
    }

    private string Data => Path.Combine(Folder, "data");

    private string Connection(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Database={database};Maximum Pool Size=40");

    protected override async Task PrepareAsync()
    {
        if (Environment.IsPrivilegedProcess)
            await RunToEndAsync("chown", ServiceUser, Folder);
        await RunToEndAsync(Start(ToolPath.Postgres("initdb"), "-D", Data, "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C", "--no-sync"));
    }

    protected override async Task RunAsync()
    {
        // A server that was killed leaves its shared memory to sessions that still end; until then a new one refuses.
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var server = Launch(Start(
                ToolPath.Postgres("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
                "-c", $"unix_socket_directories={Folder}", "-c", "max_connections=200", "-c", "shared_buffers=64MB"));
            while (!await IsReadyAsync() && !server.HasExited && waited.ElapsedMilliseconds < ReadyTimeoutMs)
                await Task.Delay(RetryMs);
            if (!server.HasExited && await IsReadyAsync())
                return;
            if (waited.ElapsedMilliseconds >= ReadyTimeoutMs)
                throw new InvalidOperationException($"PostgreSQL takes no connections on port {Port}:\n{Log}");
            await KillAsync();
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(
            ToolPath.Postgres("pg_isready"), ["-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres"]))!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    // The server refuses root, so root runs it as the user that Debian's package makes for it.
    private static ProcessStartInfo Start(string program, params string[] arguments)
    {
        string[] all = Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={ServiceUser}", $"--regid={ServiceUser}", "--init-groups", program, .. arguments]
            : [program, .. arguments];
        return new ProcessStartInfo(all[0], all[1..])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
    }
}
