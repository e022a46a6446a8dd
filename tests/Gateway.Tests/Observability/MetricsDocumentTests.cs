using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed partial class MetricsDocumentTests
{
    // Counters are made by the classes that hold them; gauges by the stages, so a gateway that runs has to tell of those.
    [Fact]
    public async Task Documentation_HasEveryInstrumentAndNoOther()
    {
        var instruments = Counters();
        foreach (var (name, description) in await OfAGatewayAsync())
            instruments.TryAdd(name, description);
        var text = await File.ReadAllTextAsync(RepositoryPaths.InRepository("docs", "operations.md"));
        var rows = Row().Matches(text).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

        var missing = instruments.Where(instrument => !rows.Contains(instrument.Key)).Select(instrument => $"| `{instrument.Key}` | {instrument.Value} |");
        Assert.True(!missing.Any(), "docs/operations.md lacks:\n" + string.Join('\n', missing));
        var source = string.Concat(Directory.EnumerateFiles(RepositoryPaths.InRepository("gateway", "Gateway"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(rows.Except(instruments.Keys), row => Assert.Contains($"\"{row}\"", source, StringComparison.Ordinal));
    }

    [Fact]
    public void OperatorGuide_AlarmsOnNoMetricThatIsNotThere()
    {
        var known = Row().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", "operations.md"))).Select(match => match.Groups["name"].Value);
        var alarms = Row().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", "operator-guide.md"))).Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(alarms);
        Assert.Empty(alarms.Except(known));
    }

    private static Dictionary<string, string?> Counters()
    {
        var instruments = new Dictionary<string, string?>(StringComparer.Ordinal);
        using var metrics = new GatewayMetrics();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            // Other tests' meters of this name live in the same process, some with instruments of their own naming.
            if (instrument.Meter == metrics.Meter)
                instruments[instrument.Name] = instrument.Description;
        };
        listener.Start();
        foreach (var type in typeof(GatewayMetrics).Assembly.GetTypes().Where(IsOfMetricsAlone))
            Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [metrics], null);
        return instruments;
    }

    private static bool IsOfMetricsAlone(Type type) =>
        type is { IsClass: true, IsAbstract: false }
        && type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Any(constructor => constructor.GetParameters() is [{ ParameterType: var only }] && only == typeof(GatewayMetrics));

    private static async Task<Dictionary<string, string?>> OfAGatewayAsync()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.AddSection("\"health\": { \"listen\": \"127.0.0.1:0\" }");
        await gateway.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.HealthPort}/status"));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("metrics").EnumerateObject()
            .Select(metric => metric.Name.Split('/')[0]).Distinct().ToDictionary(name => name, _ => (string?)"(a gauge)", StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+\.[a-z_.]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
