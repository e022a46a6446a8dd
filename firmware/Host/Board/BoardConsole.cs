using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Board;

/// <summary>
/// The board's USB port as a pseudo-terminal, and a name of the user's own for it: the system numbers its terminals anew
/// each time.
/// </summary>
public sealed class BoardConsole : IDisposable
{
    private readonly PseudoTerminal _terminal = new();
    private readonly string? _link;

    /// <param name="link">A symbolic link to make, which takes the place of an earlier one; null for none.</param>
    /// <exception cref="HostException">There are no pseudo-terminals here, or the link cannot be made.</exception>
    public BoardConsole(string? link)
    {
        try
        {
            if (link is not null)
                Link(link);

            _link = link;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _terminal.Dispose();
            throw new HostException($"The console's link cannot be made: {e.Message}", e);
        }
    }

    /// <summary>What a serial tool opens.</summary>
    public string Path => _terminal.Path;

    /// <summary>The board's end.</summary>
    public IUartLine Line => _terminal;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_link is not null && new FileInfo(_link).LinkTarget == Path)
            File.Delete(_link);

        _terminal.Dispose();
    }

    private void Link(string link)
    {
        var there = new FileInfo(link);

        // Only what an earlier run left; a file of the user's stays, and making the link fails.
        if (there.LinkTarget is not null)
            there.Delete();

        File.CreateSymbolicLink(link, Path);
    }
}
