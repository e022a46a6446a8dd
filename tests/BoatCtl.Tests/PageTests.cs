using System.CommandLine;
using System.Text.RegularExpressions;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests;

/// <summary>
/// Every example of docs/boatctl.md, in the page's order, against one new unit: a line "$ boatctl ..." is run, the lines below it up to
/// the next one or the block's end must come back, notes and errors behind the result; "…" stands for any text of one line,
/// alone on a line for any lines, and "(exit code N)" at the end for an exit code that is not 0.
/// </summary>
public sealed partial class PageTests(ITestOutputHelper output) : IAsyncLifetime, IAsyncDisposable
{
    private readonly UnitFixture _unit = new();

    public Task InitializeAsync() => _unit.InitializeAsync();

    public Task DisposeAsync() => _unit.DisposeAsync();

    async ValueTask IAsyncDisposable.DisposeAsync() => await _unit.DisposeAsync();

    [Fact]
    public async Task Page_EveryExample_IsWhatBoatctlSays()
    {
        using var silent = new PseudoTerminal();
        var ports = new FakePorts(_unit.NewFile());
        ports.AddUsb("ttyACM0", "1-2", "1546", "01a8", "u-blox GNSS receiver", silent.Path);
        WriteFiles();
        ports.AddUsb("ttyUSB0", "1-1", "10c4", "ea60", "CP2102 USB to UART Bridge Controller", _unit.Port);
        var differing = 0;
        foreach (var (arguments, expected) in BoatctlPage.Examples(nameof(Page_EveryExample_IsWhatBoatctlSays)))
        {
            var run = await BoatCtlRun.OfAsync([.. arguments.Select(InFolder)], ports.Catalog);
            var said = (run.Out + run.Error + (run.ExitCode == 0 ? string.Empty : $"(exit code {run.ExitCode})\n"))
                .Replace(ports.Devices, "/dev", StringComparison.Ordinal).Replace(_unit.Folder + "/", string.Empty, StringComparison.Ordinal);
            if (Regex.IsMatch(Narrow(said), Pattern(Narrow(expected)), RegexOptions.None, TimeSpan.FromSeconds(5)))
                continue;

            differing++;
            output.WriteLine($"$ boatctl {string.Join(' ', arguments)}\n{said}");
        }

        Assert.Equal(0, differing);
    }

    [Fact]
    public void Page_EveryCommand_HasAnExample()
    {
        var shell = new Shell(TextWriter.Null, TextWriter.Null, isTerminal: false);
        var examples = BoatctlPage.Examples().Select(example => string.Join(' ', example.Arguments) + " ").ToList();
        foreach (var command in Leaves(BoatCtlCommands.Create(shell, PortCatalog.OfSystem()), string.Empty))
            Assert.Contains(examples, example => example.StartsWith(command, StringComparison.Ordinal));
    }

    [Fact]
    public void Page_ExitCodes_AreThoseOfHelp()
    {
        var page = Page();
        foreach (var line in ExitCode.Table.Split('\n').Skip(1))
            Assert.Contains($"| {line.Trim()[0]} | {line.Trim()[1..].Trim()} |", page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(inner => Leaves(inner, path + inner.Name + " "));

    // Columns are as wide as their widest value, and that may be one that differs.
    private static string Narrow(string text) => Gap().Replace(text, "  ");

    private static string Pattern(string expected) => "^" + Regex.Escape(expected)
        .Replace("\\n…\\n", "\\n(?:[^\\n]*\\n)*", StringComparison.Ordinal)
        .Replace("…", "[^\\n]*", StringComparison.Ordinal) + "$";

    private static string Page() => File.ReadAllText(RepositoryPaths.InRepository("docs", "boatctl.md")).ReplaceLineEndings("\n");

    private static bool IsFile(string word) => Path.GetExtension(word) is ".json" or ".txt" or ".crt" or ".svg" or ".key";

    private string InFolder(string word) => word is "unit" or "second" || IsFile(word) ? Path.Combine(_unit.Folder, word) : word;

    // What the page says stands in files, and the certificate that the operator guide makes.
    private void WriteFiles()
    {
        foreach (var file in MarkdownPage.Read(BoatctlPage.Name).Parts)
        {
            if (file.Value("file") is { } name)
                File.WriteAllLines(Path.Combine(_unit.Folder, name), file.Content);
        }

        using var certificates = new TestCertificates();
        File.Copy(certificates.CaFile, Path.Combine(_unit.Folder, "ca.crt"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_unit.Folder, "fleet.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [GeneratedRegex(" {2,}", RegexOptions.None, 5_000)]
    private static partial Regex Gap();
}
