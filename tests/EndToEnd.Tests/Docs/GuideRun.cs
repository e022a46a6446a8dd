using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.EndToEnd.Tests.Docs;

/// <summary>
/// Does what a document says, from its first block to its last, in a folder of its own. The comment on the line before a block says how:
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>"file: NAME": the block is what the reader puts into that file.</item>
/// <item>"runs: TEST": the block is run by bash to its end, which has to be a good one; with "exit: N", this one.</item>
/// <item>"runs: TEST; until: TEXT": it goes on behind what follows; waited for is a line that has the text. "behind": nothing is waited for.</item>
/// <item>"runs: TEST; eventually: TEXT": it is run again until it prints the text; " &amp; " is between several.</item>
/// <item>"prints": each line of the block has to stand in what the command before it printed, in this order; "..." is anything.</item>
/// <item>"stop: TEXT", without a block: the program that runs behind and has this in its command gets SIGTERM, and has to end well.</item>
/// </list>
/// <para>Instead of the ports that the document names, free ones are taken, and instead of /dev/ttyUSB0 a simulated unit's terminal. What the
/// reader has installed stands in PATH as a script that starts this build's program.</para>
/// </remarks>
internal sealed class GuideRun : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _matching = TimeSpan.FromSeconds(10);

    private readonly string _test;
    private readonly ITestOutputHelper _output;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-guide-");
    private readonly List<BackgroundCommand> _running = [];
    private readonly List<(string Written, string Used)> _stands = [];
    private string _printed = "";

    /// <param name="test">The test that the document's blocks name.</param>
    /// <param name="output">Where the whole run is told.</param>
    /// <param name="tcpPorts">Port numbers of the document that become free ones.</param>
    /// <param name="udpPort">Likewise.</param>
    public GuideRun(string test, ITestOutputHelper output, int[] tcpPorts, int udpPort)
    {
        _test = test;
        _output = output;
        foreach (var port in tcpPorts)
            _stands.Add((Number(port), Number(FreePorts.Tcp())));
        _stands.Add((Number(udpPort), Number(FreePorts.Udp())));
        Directory.CreateDirectory(InFolder("bin"));
        Install("gateway", "Gateway");
        Install("boatctl", "BoatCtl");
        InstallDotnet();
    }

    /// <summary>Text of the document that something else stands for here.</summary>
    public void Replace(string written, string used) => _stands.Add((written, used));

    /// <summary>Where the blocks' files are.</summary>
    public string InFolder(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Does the whole document; the number of blocks that were run.</summary>
    public async Task<int> FollowAsync(string document)
    {
        var page = MarkdownPage.Read(document);
        var blocks = 0;
        foreach (var part in page.Parts)
        {
            try
            {
                blocks += await FollowAsync(part) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"{document}, line {part.Line}: {e.Message}\nwhat runs behind:\n{string.Join("\n--\n", _running.Select(running => running.Log))}", e);
            }
        }

        return blocks;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in Enumerable.Reverse(_running))
            await command.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> FollowAsync(MarkdownPart part)
    {
        if (part.Value("stop") is { } which)
        {
            await StopAsync(Used(which));
            return false;
        }

        if (part.Value("file") is { } file)
        {
            var path = InFolder(file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, Used(string.Join('\n', part.Content)) + ExtraFor(file) + '\n');
            return false;
        }

        if (part.Value("prints") is not null)
        {
            AssertPrinted(part.Content);
            return false;
        }

        if (!part.IsCommand || part.Value("runs") != _test)
            return false;
        var script = Used(string.Join('\n', part.Content));
        _output.WriteLine($"{DateTime.Now:mm:ss} $ {script}");
        if (part.Value("behind") is not null)
            await StartAsync(script, "");
        else if (part.Value("until") is { } until)
            await StartAsync(script, Used(until));
        else if (part.Value("eventually") is { } awaited)
            await RepeatAsync(script, Used(awaited));
        else
            await RunAsync(script, int.Parse(part.Value("exit") ?? "0", CultureInfo.InvariantCulture));
        return true;
    }

    private async Task RunAsync(string script, int exitCode)
    {
        await using var command = new BackgroundCommand(script, _folder.FullName, InFolder("bin"));
        var code = await command.ExitAsync(_patience);
        _printed = command.Log;
        _output.WriteLine(_printed);
        if (code != exitCode)
            throw new InvalidOperationException($"ended with {code} and not with {exitCode}:\n{script}\n{_printed}");
    }

    private async Task StartAsync(string script, string until)
    {
        var command = new BackgroundCommand(script, _folder.FullName, InFolder("bin"));
        _running.Add(command);
        await command.PrintsAsync(until, _patience);
        _printed = command.Log;
        _output.WriteLine(_printed);
    }

    private async Task RepeatAsync(string script, string awaited)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            await using var command = new BackgroundCommand(script, _folder.FullName, InFolder("bin"));
            await command.ExitAsync(_patience);
            _printed = command.Log;
            if (Array.TrueForAll(awaited.Split(" & "), text => IsIn(_printed, text)))
                break;
            if (waited.Elapsed > _patience)
                throw new InvalidOperationException($"never printed \"{awaited}\":\n{script}\n{_printed}");
        }

        _output.WriteLine(_printed);
    }

    private async Task StopAsync(string which)
    {
        var command = _running.FindLast(running => running.Script.Contains(which, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"nothing that runs has \"{which}\" in its command");
        _running.Remove(command);
        var code = await command.TerminateAsync(_patience);
        _printed = command.Log;
        _output.WriteLine($"stopped: {command.Script}\n{_printed}");
        await command.DisposeAsync();
        if (code != 0)
            throw new InvalidOperationException($"{command.Script} ended with {code}:\n{_printed}");
    }

    private void AssertPrinted(IReadOnlyList<string> lines)
    {
        var at = 0;
        foreach (var line in lines.Where(line => line.Trim().Length > 0 && line.Trim() != "..."))
        {
            var found = new Regex(Pattern(Used(line.Trim())), RegexOptions.None, _matching).Match(_printed, at);
            if (!found.Success)
                throw new InvalidOperationException($"\"{line}\" was not printed (in this order):\n{_printed}");
            at = found.Index + found.Length;
        }
    }

    private static bool IsIn(string printed, string text) => Regex.IsMatch(printed, Pattern(text), RegexOptions.None, _matching);

    // Runs of blanks are as wide as a table makes them.
    private static string Pattern(string text) => string.Join(
        "[^\n]*", text.Split("...").Select(piece => string.Join("[ \t]+", piece.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Regex.Escape))));

    private string Used(string text)
    {
        foreach (var (written, used) in _stands)
            text = Regex.Replace(text, $@"(?<!\w){Regex.Escape(written)}(?!\w)", used, RegexOptions.None, _matching);
        return text;
    }

    // Started by root, mosquitto changes to a user of its own, who could not read this folder.
    private static string ExtraFor(string file) =>
        Path.GetFileName(file) == "mosquitto.conf" && Environment.IsPrivilegedProcess ? "\nuser root" : "";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Install(string name, string project) => WriteScript(name, $"exec {RealDotnet()} exec {ProgramOf(project)} \"$@\"\n");

    // `dotnet run --project X -- ...` would build; the build of this test run is taken.
    private void InstallDotnet() => WriteScript("dotnet", $"""
        if [ "$1" = run ] && [ "$2" = --project ] && [ "$4" = -- ]; then
            project=$(basename "$3"); shift 4
            exec {RealDotnet()} exec {ProgramOf("$project")} "$@"
        fi
        exec {RealDotnet()} "$@"

        """);

    private void WriteScript(string name, string content)
    {
        var path = Path.Combine(InFolder("bin"), name);
        File.WriteAllText(path, "#!/bin/sh\n" + content);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The guides are done by bash.");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string RealDotnet() => ToolPath.Find("dotnet", package: "dotnet-sdk-10.0");

    private static string ProgramOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"BoatTelemetry.{project}.dll");
    }

    /// <summary>A script that bash runs in a process group of its own, so that its end takes all of it along.</summary>
    private sealed class BackgroundCommand : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _log = new();
        private TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public BackgroundCommand(string script, string folder, string bin)
        {
            Script = script;

            // A single command takes bash's place, so that signals reach it.
            var start = new ProcessStartInfo(ToolPath.Find("bash", package: "bash"), ["-c", "set -euo pipefail\n" + script])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                WorkingDirectory = folder,
            };
            start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
            _process = Process.Start(start)!;
            _process.StandardInput.Close();
            _process.OutputDataReceived += (_, line) => Take(line.Data);
            _process.ErrorDataReceived += (_, line) => Take(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public string Script { get; }

        public string Log
        {
            get
            {
                lock (_log)
                    return _log.ToString();
            }
        }

        public async Task<int> ExitAsync(TimeSpan patience)
        {
            using var timeout = new CancellationTokenSource(patience);
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException($"did not end in {patience.TotalSeconds} s:\n{Script}\n{Log}", e);
            }

            return _process.ExitCode;
        }

        public async Task PrintsAsync(string text, TimeSpan patience)
        {
            var ended = _process.WaitForExitAsync();
            using var timeout = new CancellationTokenSource(patience);
            var never = Task.Delay(Timeout.Infinite, timeout.Token);
            while (true)
            {
                Task said;
                lock (_log)
                {
                    said = _said.Task;
                    if (IsIn(_log.ToString(), text))
                        return;
                }

                if (await Task.WhenAny(said, ended, never) != said && !IsIn(Log, text))
                    throw new InvalidOperationException($"never printed \"{text}\":\n{Script}\n{Log}");
            }
        }

        public Task<int> TerminateAsync(TimeSpan patience)
        {
            foreach (var id in Enumerable.Reverse(Family()))
                ProcessSignals.TrySend(id, ProcessSignals.Terminate);
            return ExitAsync(patience);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        private List<int> Family()
        {
            List<int> family = [_process.Id];
            for (var i = 0; i < family.Count; i++)
            {
                var children = $"/proc/{family[i]}/task/{family[i]}/children";
                if (File.Exists(children))
                    family.AddRange(File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
            }

            return family;
        }

        private void Take(string? line)
        {
            if (line is null)
                return;
            lock (_log)
            {
                _log.AppendLine(line);
                _said.TrySetResult();
                _said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
