using System.ComponentModel;
using System.Diagnostics;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Flash;

/// <summary>Runs nanoff and reads along.</summary>
internal static class NanoffProcess
{
    /// <summary>Where nanoff is looked for if nothing is said: the path, to which "dotnet tool install -g" adds its folder.</summary>
    public const string Default = "nanoff";

    private const string HowToGet = "Install it with \"dotnet tool install -g nanoff\", open a new terminal so that its folder is on the path, or name it with --nanoff.";

    // Named limit: its progress is some hundred lines; a device that babbles must not fill the memory.
    private const int LinesMax = 5_000;

    /// <summary>Runs a step to its end; each line as it comes to <paramref name="say"/>.</summary>
    /// <returns>The exit code, and all that it said.</returns>
    /// <exception cref="CommandException">There is no nanoff, or it cannot be run.</exception>
    /// <exception cref="OperationCanceledException">Stopped; nanoff was ended.</exception>
    public static (int ExitCode, IReadOnlyList<string> Lines) Run(string nanoff, IReadOnlyList<string> arguments, Action<string> say, CancellationToken cancellation)
    {
        List<string> lines = [];
        var gate = new Lock();
        void Take(string? line)
        {
            if (line is null)
                return;
            lock (gate)
            {
                if (lines.Count < LinesMax)
                    lines.Add(line);
                say(line);
            }
        }

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(nanoff, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new CommandException(ExitCode.Missing, "no-nanoff", $"nanoff cannot be run ({e.Message}). {HowToGet}", e);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
            return (process.ExitCode, [.. lines]);
    }
}
