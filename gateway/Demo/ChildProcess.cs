using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BoatTelemetry.Demo;

/// <summary>One of this project's programs as a process of its own, ended in order when the demo ends.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LastLinesMax = 12;
    private const int SigTerm = 15;
    private static readonly TimeSpan _stopLongest = TimeSpan.FromSeconds(25);

    private readonly Process _process;
    private readonly ProcessChildren _children = new();
    private readonly Queue<string> _lastLines = new();
    private readonly Action<string>? _onOutput;
    private readonly Action<string>? _onError;

    /// <param name="project">The project's name, such as Gateway.</param>
    /// <param name="name">What to call the process.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="onOutput">Gets each line of its standard output.</param>
    /// <param name="onError">Gets each line of its standard error.</param>
    /// <exception cref="DemoException">It is not built, or does not start.</exception>
    public ChildProcess(
        string project, string name, IEnumerable<string> arguments, Action<string>? onOutput = null, Action<string>? onError = null)
        : this(name, [DotnetProgram(), "exec", Program(project), .. arguments], onOutput, onError)
    {
    }

    /// <param name="name">What to call the process.</param>
    /// <param name="commandLine">Any program, and its arguments.</param>
    /// <param name="onOutput">Gets each line of its standard output.</param>
    /// <param name="onError">Gets each line of its standard error.</param>
    /// <exception cref="DemoException">It is not there, or does not start.</exception>
    public ChildProcess(string name, string[] commandLine, Action<string>? onOutput = null, Action<string>? onError = null)
    {
        Name = name;
        _onOutput = onOutput;
        _onError = onError;
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DemoException($"{name} does not start: {e.Message}", e);
        }

        _process.OutputDataReceived += (_, line) => Take(line.Data, _onOutput);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, _onError);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = _process.WaitForExitAsync();
    }

    public string Name { get; }

    public int Id => _process.Id;

    /// <summary>Completes when it has ended and all that it said has been taken.</summary>
    public Task Ended { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>What it said last, for the reason of a failure.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
                return string.Join(Environment.NewLine, _lastLines.Select(line => $"  {Name}: {line}"));
        }
    }

    /// <summary>kill -9: as a machine that fails.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return Ended;
    }

    /// <summary>Notes what it has started itself until now, to be ended too if it leaves that behind.</summary>
    public void NoteChildren() => _children.NoteThoseOf(_process.Id);

    /// <summary>Asks it to end, waits, and ends it if it does not. On Windows, which has no such request, ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (!OperatingSystem.IsWindows() && Kill(_process.Id, SigTerm) == 0)
                await Task.WhenAny(Ended, Task.Delay(_stopLongest));

            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);

            await Ended;
        }

        foreach (var left in _children.StillRunning())
            _ = Kill(left, SigTerm);

        _process.Dispose();
    }

    private void Take(string? line, Action<string>? onLine)
    {
        if (line is null)
            return;

        lock (_lastLines)
        {
            if (_lastLines.Count == LastLinesMax)
                _lastLines.Dequeue();

            _lastLines.Enqueue(line);
        }

        onLine?.Invoke(line);
    }

    // All projects have their output beside each other: .../bin/Demo/debug, .../bin/Gateway/debug.
    private static string Program(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"BoatTelemetry.{project}.dll");
        return File.Exists(path) ? path : throw new DemoException($"{path} is not there: build the solution first.");
    }

    private static string DotnetProgram() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
