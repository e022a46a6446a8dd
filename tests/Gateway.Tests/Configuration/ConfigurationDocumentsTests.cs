using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Configuration;

public sealed partial class ConfigurationDocumentsTests
{
    private static readonly string[] _gatewayKeys = KeysOfCode(
        """{ "ingest": { "chirpStack": [ {} ], "theThingsStack": [ {} ], "unitMqtt": [ {} ], "streams": [ {} ] }, "schedules": [ {} ] }""",
        GatewayConfigurationFile.Read);

    private static readonly string[] _fleetKeys = KeysOfCode(
        """{ "areas": [ {} ], "agencies": [ {} ], "concentrators": [ {} ], "units": [ {} ] }""", FleetFile.Read);

    [Fact]
    public void Schema_HasTheKeysThatTheCodeReads()
    {
        var schema = JsonDocument.Parse(File.ReadAllText(
            RepositoryPaths.InRepository("gateway", "Gateway", "Configuration", "gateway-config.schema.json")));

        Assert.Equal(_gatewayKeys, KeysOfSchema(schema.RootElement, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Documentation_HasTheKeysThatTheCodeReads()
    {
        var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "gateway-config.md"));
        var keys = KeyCell().Matches(text).Select(match => match.Groups["key"].Value);

        Assert.Equal(_gatewayKeys.Concat(_fleetKeys).Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    private static string[] KeysOfCode<T>(string json, Func<ConfigurationFile, List<ConfigurationError>, T> read)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json);
            List<ConfigurationError> errors = [];
            var configuration = new ConfigurationFile(file, errors);
            read(configuration, errors);
            return [.. configuration.Keys.Order(StringComparer.Ordinal)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<string> KeysOfSchema(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("items", out var items))
        {
            foreach (var below in KeysOfSchema(items, $"{path.TrimEnd('.')}[]."))
                yield return below;
        }

        if (!schema.TryGetProperty("properties", out var properties))
            yield break;
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var property in properties.EnumerateObject())
        {
            yield return path + property.Name;
            foreach (var below in KeysOfSchema(property.Value, $"{path}{property.Name}."))
                yield return below;
        }
    }

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyCell();
}
