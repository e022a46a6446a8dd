using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatUnit.Tests.Host;

/// <summary>The real program, started as a user starts it.</summary>
internal sealed class HostProcess : IDisposable
{
    private const int LongestMs = 60_000;

    private readonly Process _process;
    private readonly StringBuilder _error = new();

    public HostProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "BoatTelemetry.Host.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    /// <summary>All that it said, when it has ended.</summary>
    public string Output { get; private set; } = string.Empty;

    /// <summary>A key file as the documentation says to make one.</summary>
    public static string WriteKey(string path)
    {
        File.WriteAllText(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + "\n");
        return path;
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(LongestMs))
            throw new TimeoutException($"The unit did not end within {LongestMs} ms.");

        _process.WaitForExit();
        Output = Said();
        return _process.ExitCode;
    }

    /// <summary>Waits for the n-th line that begins like this, and returns what follows.</summary>
    public string WaitForLine(string begin, int n = 1)
    {
        var rest = string.Empty;
        FakeGateway.WaitFor(() => TryRest(begin, n, out rest) || _process.HasExited, "a line: " + begin, LongestMs);
        return TryRest(begin, n, out rest) ? rest : throw new InvalidOperationException($"Ended without \"{begin}\":\n{Said()}");
    }

    /// <summary>Asks it to end as a service manager does, and waits; the exit code.</summary>
    public int Terminate()
    {
        ProcessSignals.Send(_process.Id, ProcessSignals.Terminate);
        return WaitForExit();
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        _process.Kill();
        WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();

        _process.Dispose();
    }

    private bool TryRest(string begin, int n, out string rest)
    {
        var line = Said().Split('\n').Where(line => line.StartsWith(begin, StringComparison.Ordinal)).Skip(n - 1).FirstOrDefault();
        rest = line is null ? string.Empty : line[begin.Length..].Trim();
        return line is not null;
    }

    private string Said()
    {
        lock (_error)
            return _error.ToString();
    }

    private void Append(string? line)
    {
        lock (_error)
            _error.AppendLine(line);
    }
}
