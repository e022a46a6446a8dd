using System.Diagnostics;

namespace BoatTelemetry.TestSupport;

/// <summary>One of this project's programs, run from its own output folder as a user runs it.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(100);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProgramProcess(string project, params string[] arguments)
    {
        // Tests that are run behind a shell (nohup, &) inherit that Ctrl-C is ignored, and a program leaves it so.
        string[] command = ["dotnet", "exec", PathOf(project), .. arguments];
        if (OperatingSystem.IsLinux())
            command = ["env", "--default-signal=INT", .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>The program's assembly: .../bin/Some.Tests/debug is beside .../bin/Host/debug.</summary>
    public static string PathOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"BoatTelemetry.{project}.dll");
    }

    public bool HasExited => _process.HasExited;

    /// <summary>All lines of both outputs until now.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Waits for a line that begins like this.</summary>
    public Task<string> LineAsync(string begin) => LineAsync(line => line.StartsWith(begin, StringComparison.Ordinal), begin);

    /// <summary>Waits for a line that has this text, as one of a log, which begins with its time.</summary>
    public Task<string> LineWithAsync(string text) => LineAsync(line => line.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(_longest);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end as a service manager does, and waits; the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        ProcessSignals.Send(_process.Id, ProcessSignals.Terminate);
        return ExitAsync();
    }

    /// <summary>Waits until there is no such process.</summary>
    public static async Task GoneAsync(int processId)
    {
        using var timeout = new CancellationTokenSource(_longest);
        while (ProcessSignals.IsAlive(processId))
            await Task.Delay(10, timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> LineAsync(Predicate<string> isIt, string what)
    {
        var ended = _process.WaitForExitAsync();
        using var timeout = new CancellationTokenSource(_longest);
        while (true)
        {
            Task said;
            lock (_gate)
            {
                if (_lines.Find(isIt) is { } found)
                    return found;

                said = _said.Task;
            }

            // The end comes behind the last line.
            if (ended.IsCompleted)
                throw new InvalidOperationException($"Ended with {_process.ExitCode} without \"{what}\":\n{Output}");
            await Task.WhenAny(said, ended).WaitAsync(timeout.Token);
        }
    }

    private void Take(string? line)
    {
        if (line is null)
            return;

        lock (_gate)
        {
            _lines.Add(line);
            _said.TrySetResult();
            _said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
