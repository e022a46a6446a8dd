using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>A <see cref="ProgramProcess"/> for tests that wait for what they do, as a technician does.</summary>
internal sealed class BoatCtlProcess : IDisposable
{
    private readonly ProgramProcess _process;

    private BoatCtlProcess(ProgramProcess process) => _process = process;

    /// <inheritdoc cref="ProgramProcess.Output"/>
    public string Output => _process.Output;

    /// <summary>A simulated unit by <c>boatctl simulate</c>, with its console at a path.</summary>
    public static BoatCtlProcess Unit(string console, params string[] more)
    {
        var unit = Start("BoatCtl", ["simulate", "--console-link", console, "--speed", "10", "--gateway", "127.0.0.1:9", .. more]);
        unit.WaitForLine("console: ");
        return unit;
    }

    public static BoatCtlProcess Start(string project, params string[] arguments) => new(new ProgramProcess(project, arguments));

    /// <summary>Waits for a line that begins like this; the whole line.</summary>
    public string WaitForLine(string begin) => _process.LineAsync(begin).GetAwaiter().GetResult();

    /// <summary>Asks it to end, as a service manager does; the exit code.</summary>
    public int Terminate() => _process.TerminateAsync().GetAwaiter().GetResult();

    public void Dispose() => _process.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
