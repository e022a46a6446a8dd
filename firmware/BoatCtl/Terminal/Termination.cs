using System.Runtime.InteropServices;

namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>
/// Ctrl-C, and SIGTERM. The first asks the command to end; a second one, or a command that goes on for longer than its grace,
/// ends the process with the code that a shell shows for the signal, 130 or 143.
/// </summary>
/// <remarks>
/// In place of System.CommandLine's own: in version 3.0 a second Ctrl-C, or one in the instant in which the command ends, is an unhandled
/// exception there, and the process aborts.
/// </remarks>
internal sealed class Termination : IDisposable
{
    private const int SignalCode = 128;
    private const int InterruptNumber = 2;
    private const int TerminateNumber = 15;

    private readonly TimeSpan _grace;

    // Not disposed: a signal may still be on its way through when the command has ended.
    private readonly CancellationTokenSource _asked;
    private readonly TaskCompletionSource<int> _forced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="grace">How long a command that was asked to end may take.</param>
    /// <param name="cancellation">Asks it to end, too.</param>
    public Termination(TimeSpan grace, CancellationToken cancellation)
    {
        _grace = grace;
        _asked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Take))];
    }

    /// <summary>The command is asked to end.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>The exit code, when the command is waited for no more.</summary>
    public Task<int> Forced => _forced.Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        var code = SignalCode + (context.Signal == PosixSignal.SIGINT ? InterruptNumber : TerminateNumber);
        if (Interlocked.Increment(ref _signals) == 1)
            _ = AskAsync(code);
        else
            _forced.TrySetResult(code);
    }

    private async Task AskAsync(int code)
    {
        try
        {
            await _asked.CancelAsync();
            await Task.Delay(_grace);
        }
        finally
        {
            _forced.TrySetResult(code);
        }
    }
}
