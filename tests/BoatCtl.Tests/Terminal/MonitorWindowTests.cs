using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Terminal;

/// <summary>The program as a person sees it: its outputs on a terminal with a window of its own.</summary>
[Collection(UnitCollection.Name)]
public sealed partial class MonitorWindowTests(UnitFixture unit)
{
    private const int ReadBytes = 4_096;

    // A pseudo-terminal has no rate.
    private const int BaudOfNothing = 0;

    [Theory]
    [InlineData(24, 80)]
    [InlineData(50, 100)]
    public async Task Monitor_OnATerminal_DrawsTheWholeTableInItsWindow(int rows, int columns)
    {
        var view = unit.Run("monitor", "--count", "1", "--json").Json();

        // By the unit's clock, which runs faster here.
        var screen = await ShownAsync(rows, columns, "monitor", "--count", "2", "--interval", "6000", "--port", unit.Port);

        // The library goes up to where the table began and draws it again: what it drew last is what one sees.
        var last = Codes().Replace(Up().Split(screen)[^1], string.Empty);
        Assert.InRange(last.Count(character => character == '\n'), 1, rows - 1);
        Assert.Matches(@"\d\.\d{3} V", last);
        foreach (var name in view.EnumerateObject().Select(field => field.Name).Where(name => name is not ("links" or "inputs" or "receiver")))
            Assert.Contains(name, last, StringComparison.Ordinal);
        Assert.Contains("receiver.baud", last, StringComparison.Ordinal);
        Assert.Contains("links.wifi", last, StringComparison.Ordinal);
    }

    // All that the program wrote to the terminal. Variables of a build server would make the library think that nobody looks.
    private static async Task<string> ShownAsync(int rows, int columns, params string[] arguments)
    {
        using var terminal = new PseudoTerminal();
        var start = new ProcessStartInfo(
            "sh",
            ["-c", "stty rows \"$2\" cols \"$3\" < \"$1\" && shift 3 && exec \"$@\"", "sh", terminal.Path, $"{rows}", $"{columns}",
                "sh", "-c", "tty=$1; shift; exec dotnet exec \"$@\" < \"$tty\" > \"$tty\" 2>&1", "sh", terminal.Path, ProgramProcess.PathOf("BoatCtl"), .. arguments]);
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "HOME") && !name.StartsWith("DOTNET", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["TERM"] = "xterm";
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        try
        {
            var shown = await UntilTheEndAsync(process, terminal);
            Assert.True(process.ExitCode == 0, shown);
            return shown;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> UntilTheEndAsync(Process process, PseudoTerminal terminal)
    {
        var shown = new StringBuilder();
        var (bytes, characters) = (new byte[ReadBytes], new char[ReadBytes]);
        var decoder = Encoding.UTF8.GetDecoder();
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(100));
        while (true)
        {
            // What it wrote last may come behind its end.
            var ended = process.HasExited;
            var taken = terminal.Take(BaudOfNothing, bytes);
            shown.Append(characters, 0, decoder.GetChars(bytes, 0, taken, characters, 0, flush: false));
            if (ended && taken == 0)
                return shown.ToString();
            if (taken == 0)
                await Task.Delay(5, longest.Token);
        }
    }

    [GeneratedRegex(@"\e\[\d+A", RegexOptions.None, 5_000)]
    private static partial Regex Up();

    [GeneratedRegex(@"\e\[[\d;?]*[A-Za-z]", RegexOptions.None, 5_000)]
    private static partial Regex Codes();
}
