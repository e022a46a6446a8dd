using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>The gateway as its users run it: a process of its own, with its files in a folder of its own.</summary>
internal sealed partial class TestGateway : IAsyncDisposable
{
    // Long, for a machine that is busy with other tests; those that want the stop to run out of time ask for a short one.
    private const int StopTimeoutS = 60;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(StopTimeoutS + 30);

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-gateway-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;

    public TestGateway(string mqtt, params IEnumerable<TestBoat> boats)
        : this(mqtt, StopTimeoutS, boats)
    {
    }

    public TestGateway(string mqtt, int stopTimeoutS, params IEnumerable<TestBoat> boats)
        : this(mqtt, boats.Select(boat => (boat.Unit, boat.Key)), stopTimeoutS)
    {
    }

    public TestGateway(string mqtt, IEnumerable<(int Unit, byte[] Key)> boats, int stopTimeoutS = StopTimeoutS)
    {
        var units = boats.Select(boat =>
            $$"""{ "unit": {{boat.Unit}}, "agency": "polairud", "name": "KP Hiu {{boat.Unit}}", "key": "{{Convert.ToHexString(boat.Key)}}" }""");
        File.WriteAllText(InFolder("fleet.json"), $$"""{ "units": [ {{string.Join(", ", units)}} ] }""");
        File.WriteAllText(
            InFolder("gateway.json"),
            $$"""{ "fleet": "fleet.json", "ingest": { "packetForwarder": { "listen": "127.0.0.1:0" } }, "mqtt": { {{mqtt}} }, "stopTimeoutS": {{stopTimeoutS}} }""");
    }

    /// <summary>Changes how the next process is started: its environment, or a program around it.</summary>
    public Action<ProcessStartInfo>? Launch { get; set; }

    /// <summary>Of the process that was started last.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Memory of the process, bytes; 0 when it does not run.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                _process!.Refresh();
                return _process.HasExited ? 0 : _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "BoatTelemetry.Gateway.dll");

    public int UdpPort { get; private set; }

    public int MqttPort { get; private set; }

    /// <summary>0 if it tells nobody how it is.</summary>
    public int HealthPort { get; private set; }

    public string ReadyLine { get; private set; } = "";

    public string Journal => InFolder("state/journal.db");

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public string InFolder(string name) => Path.Combine(_folder, name);

    public static ProcessStartInfo StartInfo(params string[] arguments) => new("dotnet", [Program, .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>Adds a section, such as <c>"health": { "listen": "127.0.0.1:0" }</c>.</summary>
    public void AddSection(string section) => Configure("\"stopTimeoutS\":", section + ", \"stopTimeoutS\":");

    /// <summary>Puts another text into its configuration file.</summary>
    public void Configure(string from, string to)
    {
        var file = InFolder("gateway.json");
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    public async Task StartAsync()
    {
        var start = StartInfo("--config", InFolder("gateway.json"));
        Launch?.Invoke(start);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        using var timeout = new CancellationTokenSource(_patience);
        ReadyLine = await _process.StandardOutput.ReadLineAsync(timeout.Token)
            ?? throw new InvalidOperationException($"The gateway ended before it was ready:\n{Log}");
        var match = ReadyPattern().Match(ReadyLine);
        Assert.True(match.Success, ReadyLine);
        UdpPort = int.Parse(match.Groups["udp"].Value, CultureInfo.InvariantCulture);
        MqttPort = int.Parse(match.Groups["mqtt"].Value, CultureInfo.InvariantCulture);
        HealthPort = match.Groups["health"].Success ? int.Parse(match.Groups["health"].Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code and whatever was written to standard output after the ready line.</summary>
    public async Task<(int ExitCode, string Output)> TerminateAsync()
    {
        ProcessSignals.TrySend(_process!.Id, ProcessSignals.Terminate);
        using var timeout = new CancellationTokenSource(_patience);
        var output = await _process.StandardOutput.ReadToEndAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        return (_process.ExitCode, output);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"^gateway ready: packet-forwarder udp/127\.0\.0\.1:(?<udp>\d+)(, .+)?, mqtt 127\.0\.0\.1:(?<mqtt>\d+) \([^)]+\)(, health http://127\.0\.0\.1:(?<health>\d+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReadyPattern();
}
