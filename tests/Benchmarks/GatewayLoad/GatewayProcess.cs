using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>The gateway as a process of its own, with its files in a folder of its own.</summary>
internal sealed partial class GatewayProcess : IDisposable
{
    private readonly string _folder;
    private readonly StringBuilder _log = new();
    private Process? _process;

    public GatewayProcess(string folder, int brokerPort, int units)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        var fleet = Enumerable.Range(0, units).Select(unit =>
            $$"""{ "unit": {{unit}}, "agency": "bench", "name": "Unit {{unit}}", "key": "{{Convert.ToHexString(LoadDatagrams.Key(unit))}}" }""");
        File.WriteAllText(Path.Combine(folder, "fleet.json"), $$"""{ "units": [ {{string.Join(",\n", fleet)}} ] }""");
        File.WriteAllText(ConfigFile, $$"""
            {
              "fleet": "fleet.json",
              "ingest": { "packetForwarder": { "listen": "127.0.0.1:0", "datagramsPerS": 1000000 } },
              "admission": { "framesPerSecondMax": 100000 },
              "mqtt": { "host": "127.0.0.1", "port": {{brokerPort}}, "publishesPendingMax": 1024 },
            }
            """);
    }

    public string JournalFile => Path.Combine(_folder, "state", "journal.db");

    public int UdpPort { get; private set; }

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    private string ConfigFile => Path.Combine(_folder, "gateway.json");

    /// <summary>Starts it; returns how long it took from the start of the process to the line that tells readiness.</summary>
    public TimeSpan Start()
    {
        var begin = Stopwatch.GetTimestamp();
        var program = Path.Combine(AppContext.BaseDirectory, "BoatTelemetry.Gateway.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, "--config", ConfigFile])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        var ready = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The gateway ended before it was ready:\n{Log}");
        var took = Stopwatch.GetElapsedTime(begin);
        UdpPort = int.Parse(UdpPattern().Match(ready).Groups["port"].Value, CultureInfo.InvariantCulture);
        return took;
    }

    /// <summary>Bytes of memory, now and at the most, as the kernel counts them.</summary>
    public (long Now, long Most) ResidentBytes()
    {
        var lines = File.ReadAllLines($"/proc/{_process!.Id}/status");
        return (Of("VmRSS:"), Of("VmHWM:"));

        long Of(string name) => 1024 * long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }

    /// <summary>Processor time it has used.</summary>
    public TimeSpan ProcessorTime()
    {
        _process!.Refresh();
        return _process.TotalProcessorTime;
    }

    public void Stop()
    {
        if (_process is not { HasExited: false })
            return;
        ProcessSignals.TrySend(_process.Id, ProcessSignals.Terminate);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose() => Stop();

    [GeneratedRegex(@"udp/[^ ,]*:(?<port>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UdpPattern();
}
