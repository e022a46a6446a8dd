using System.Diagnostics;
using System.Text;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// A server that a test runs as a process of its own: on a free port of the loopback interface, with its files in a folder of its own. Killed, it
/// can be started again on both.
/// </summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private readonly StringBuilder _log = new();

    private protected ServerProcess(string folderPrefix)
    {
        Folder = Directory.CreateTempSubdirectory(folderPrefix).FullName;
    }

    public int Port { get; } = FreePorts.Tcp();

    /// <summary>Everything it wrote, for a failing test's message.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Processor time that the server's own process has used since it was started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            Server!.Refresh();
            return Server.TotalProcessorTime;
        }
    }

    protected string Folder { get; }

    /// <summary>Null before it is started, and after a kill.</summary>
    protected Process? Server { get; private set; }

    /// <summary>kill -9: nothing is saved or said any more.</summary>
    public async Task KillAsync()
    {
        if (Server is not { } process)
            return;
        Server = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>SIGSTOP to the server's own process: its connections stand, and it answers nothing more.</summary>
    public void Suspend() => ProcessSignals.Send(Server!.Id, ProcessSignals.Stop);

    /// <summary>SIGCONT: it goes on with what has come in meanwhile.</summary>
    public void Resume() => ProcessSignals.Send(Server!.Id, ProcessSignals.Continue);

    /// <summary>Starts it again, on the same port and with the same files, after <see cref="KillAsync"/>.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await RunAsync();
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Prepares a server's files, and runs it.</summary>
    protected static async Task<T> StartAsync<T>(T server)
        where T : ServerProcess
    {
        try
        {
            await server.PrepareAsync();
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lays the files that it needs before its first start.</summary>
    protected abstract Task PrepareAsync();

    /// <summary>Launches it, and completes when it takes clients.</summary>
    protected abstract Task RunAsync();

    /// <summary>Starts the process; what it writes to its standard error, which has to be redirected, is the log.</summary>
    protected Process Launch(ProcessStartInfo start)
    {
        Server = Process.Start(start)!;
        Server.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        Server.BeginErrorReadLine();
        return Server;
    }

    /// <summary>Runs a tool of the server's and waits for its end, which has to be a good one.</summary>
    protected static Task RunToEndAsync(string program, params string[] arguments) => RunToEndAsync(new ProcessStartInfo(program, arguments));

    /// <inheritdoc cref="RunToEndAsync(string, string[])"/>
    protected static async Task RunToEndAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardError = true;
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
