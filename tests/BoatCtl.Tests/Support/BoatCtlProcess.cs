using System.Diagnostics;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>A program of this project as a process of its own, from its own output folder; gone when it is disposed.</summary>
internal sealed class BoatCtlProcess : IDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private BoatCtlProcess(string project, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", PathOf(project), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All lines of both outputs until now.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>The program's assembly: .../bin/BoatCtl.Tests/debug is beside .../bin/BoatCtl/debug.</summary>
    public static string PathOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"BoatTelemetry.{project}.dll");
    }

    /// <summary>A simulated unit by <c>boatctl simulate</c>, with its console at a path.</summary>
    public static BoatCtlProcess Unit(string console, params string[] more)
    {
        var unit = new BoatCtlProcess("BoatCtl", ["simulate", "--console-link", console, "--speed", "10", "--gateway", "127.0.0.1:9", .. more]);
        unit.WaitForLine("console: ");
        return unit;
    }

    public static BoatCtlProcess Start(string project, params string[] arguments) => new(project, arguments);

    /// <summary>Waits for a line that begins like this; the whole line.</summary>
    public string WaitForLine(string begin)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            lock (_lines)
            {
                if (_lines.Find(line => line.StartsWith(begin, StringComparison.Ordinal)) is { } found)
                    return found;
            }

            if (_process.HasExited || waited.Elapsed > _longest)
                throw new InvalidOperationException($"no \"{begin}\":\n{Output}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Asks it to end, as a service manager does; the exit code.</summary>
    public int Terminate()
    {
        ProcessSignals.Send(_process.Id, ProcessSignals.Terminate);
        return _process.WaitForExit(_longest) ? _process.ExitCode : throw new TimeoutException(Output);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }
}
