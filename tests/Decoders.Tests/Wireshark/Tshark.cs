using System.Diagnostics;
using System.Text.Json;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Decoders.Tests.Wireshark;

/// <summary>One packet as tshark dissected it: the values of each field, in their order.</summary>
internal sealed class DissectedPacket
{
    private readonly Dictionary<string, List<string>> _values = [];

    public DissectedPacket(JsonElement layers) => Collect(layers);

    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The values of a field; none if it is not in the packet.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>The only value of a field, or null.</summary>
    public string? One(string name) => All(name).SingleOrDefault();

    // The same name may stand twice in one object, which JsonNode refuses.
    private void Collect(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item);
        }

        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in element.EnumerateObject())
        {
            var values = property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray() : default;
            if (property.Value.ValueKind == JsonValueKind.String)
                Add(property.Name, property.Value.GetString()!);
            foreach (var value in values.Where(v => v.ValueKind == JsonValueKind.String))
                Add(property.Name, value.GetString()!);
            Collect(property.Value);
        }
    }

    private void Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var values))
            _values[name] = values = [];
        values.Add(value);
    }
}

/// <summary>Runs tshark with our dissector and a configuration of its own.</summary>
internal sealed class Tshark : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-tshark-").FullName;

    private static readonly string _script =
        RepositoryPaths.InRepository("gateway", "Decoders", "wireshark", "boat-telemetry.lua");

    public string CapturePath => Path.Combine(_folder, "test.pcap");

    public string FilePath(string name) => Path.Combine(_folder, name);

    /// <summary>All packets of the capture, dissected under these preferences ("boat.keys:...").</summary>
    public async Task<IReadOnlyList<DissectedPacket>> DissectAsync(params string[] preferences)
    {
        using var json = JsonDocument.Parse(await RunAsync(["-T", "json"], preferences));
        return [.. json.RootElement.EnumerateArray().Select(p => new DissectedPacket(p.GetProperty("_source").GetProperty("layers")))];
    }

    /// <summary>tshark's standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed, or Lua did.</exception>
    public async Task<string> RunAsync(string[] arguments, string[] preferences)
    {
        string[] all =
        [
            "-n", "-X", $"lua_script:{_script}", "-r", CapturePath, "-o", $"boat_udp.ports:{Capture.FramesPort}",
            .. preferences.SelectMany(p => new[] { "-o", p }), .. arguments,
        ];
        var start = new ProcessStartInfo(ToolPath.Find("tshark", package: "tshark"), all)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in new[] { "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
            start.Environment[name] = _folder;
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = await process.StandardError.ReadToEndAsync(timeout.Token);
            var text = await output;
            await process.WaitForExitAsync(timeout.Token);
            if (process.ExitCode != 0 || LuaFailed(text) || LuaFailed(errors))
                throw new InvalidOperationException($"tshark ended with {process.ExitCode}: {errors}\n{LuaLine(text)}");
            return text;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool LuaFailed(string text) =>
        text.Contains("Lua Error", StringComparison.Ordinal) || text.Contains("Lua: Error", StringComparison.Ordinal);

    private static string? LuaLine(string text) => text.Split('\n').FirstOrDefault(line => line.Contains("Lua Error", StringComparison.Ordinal));
}
