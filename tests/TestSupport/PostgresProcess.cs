using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// A real PostgreSQL on a free port of the loopback interface, its files in a folder of its own. It takes connections when
/// <see cref="StartAsync"/> has completed, and is gone when it is disposed. Everything is written as it is for users: fsync is on.
/// </summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const string User = "gateway";
    private const string ServiceUser = "postgres";
    private const int ReadyTimeoutMs = 60_000;
    private const int RetryMs = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-postgres-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private int _databases;

    private PostgresProcess()
    {
    }

    public int Port { get; } = FreePorts.Tcp();

    public int ProcessId => _process!.Id;

    /// <summary>Everything it wrote, for a failing test's message.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Lays a database cluster and starts the server.</summary>
    public static async Task<PostgresProcess> StartAsync()
    {
        var postgres = new PostgresProcess();
        try
        {
            if (Environment.IsPrivilegedProcess)
                await RunToEndAsync("chown", ServiceUser, postgres._folder);
            await RunToEndAsync(Start(ToolPath.Postgres("initdb"), "-D", postgres.Data, "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C", "--no-sync"));
            await postgres.RunAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database and returns Npgsql's connection string for it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await RunToEndAsync(ToolPath.Postgres("psql"), "-X", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres", "-c", $"CREATE DATABASE {name}");
        return Connection(name);
    }

    /// <summary>kill -9 of the server; its sessions' processes find out and end.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>SIGSTOP to the server alone: sessions go on, new connections are not taken.</summary>
    public Task SuspendAsync() => SignalAsync("-STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT");

    /// <summary>Starts it again, on the same port and with the same files, after <see cref="KillAsync"/>.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            // "Immediate" shutdown: the sessions are ended with it, so that none is left to write into the folder.
            await SignalAsync("-QUIT");
            await process.WaitForExitAsync();
        }

        _process?.Dispose();
        for (var tries = 0; Directory.Exists(_folder); tries++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException) when (tries < ReadyTimeoutMs / RetryMs)
            {
                // After a kill, the server's children take a moment to end.
                await Task.Delay(RetryMs);
            }
        }
    }

    private string Data => Path.Combine(_folder, "data");

    private string Connection(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Database={database};Maximum Pool Size=40");

    private async Task RunAsync()
    {
        // A server that was killed leaves its shared memory to sessions that still end; until then a new one refuses.
        var waited = Stopwatch.StartNew();
        while (true)
        {
            _process = Launch();
            while (!await IsReadyAsync() && !_process.HasExited && waited.ElapsedMilliseconds < ReadyTimeoutMs)
                await Task.Delay(RetryMs);
            if (!_process.HasExited && await IsReadyAsync())
                return;
            if (waited.ElapsedMilliseconds >= ReadyTimeoutMs)
                throw new InvalidOperationException($"PostgreSQL takes no connections on port {Port}:\n{Log}");
            await KillAsync();
        }
    }

    private Process Launch()
    {
        var start = Start(
            ToolPath.Postgres("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
            "-c", $"unix_socket_directories={_folder}", "-c", "max_connections=200", "-c", "shared_buffers=64MB");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<bool> IsReadyAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(
            ToolPath.Postgres("pg_isready"), ["-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres"]))!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
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

    private static Task RunToEndAsync(string program, params string[] arguments) =>
        RunToEndAsync(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true });

    private static async Task RunToEndAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {said}");
    }
}
