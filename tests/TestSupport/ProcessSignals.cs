using System.Runtime.InteropServices;

namespace BoatTelemetry.TestSupport;

/// <summary>Signals to the processes that tests start (signal(7)).</summary>
public static class ProcessSignals
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Of these two, systems have numbers of their own.</summary>
    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    /// <inheritdoc cref="Stop"/>
    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Whether a process with this id is there.</summary>
    public static bool IsAlive(int processId) => TrySend(processId, 0);

    /// <summary>Sends a signal to a process that runs.</summary>
    /// <exception cref="InvalidOperationException">It cannot be signalled: it is not there any more.</exception>
    public static void Send(int processId, int signal)
    {
        if (!TrySend(processId, signal))
            throw new InvalidOperationException($"Process {processId} cannot be signalled.");
    }

    /// <summary>Sends a signal to a process that may have ended by itself; false if it has.</summary>
    public static bool TrySend(int processId, int signal) => Deliver(processId, signal) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Deliver(int processId, int signal);
}
