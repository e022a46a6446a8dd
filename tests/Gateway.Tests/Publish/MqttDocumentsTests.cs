using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Publish;

/// <summary>docs/mqtt.md, docs/asyncapi.yaml and docs/schemas say the same, and what the code does.</summary>
public sealed partial class MqttDocumentsTests
{
    private const string Root = "patrol/v1/";

    private static string[] Schemas => [.. Directory.GetFiles(RepositoryPaths.InRepository("docs", "schemas")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Examples_EachOne_SatisfiesItsSchema()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Lines("mqtt.md").Where(line => line.StartsWith('{')))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var name = JsonDocument.Parse(bytes).RootElement.TryGetProperty("schema", out var schema) ? schema.GetString()! : "command";
            Assert.Empty(JsonSchemaCheck.Of(name).ErrorsIn(bytes));
            seen.Add($"{name[(name.LastIndexOf('/') + 1)..]}.schema.json");
        }

        Assert.Equal(Schemas, seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Schemas_EachOne_ForbidsOtherKeysOnlyOfWhatIsTaken()
    {
        foreach (var name in Schemas)
        {
            var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "schemas", name));
            Assert.Equal("https://json-schema.org/draft/2020-12/schema", JsonDocument.Parse(text).RootElement.GetProperty("$schema").GetString());
            Assert.Equal(name == "command.schema.json", text.Contains("additionalProperties", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Topics_OfTheCodeAndOfBothDocuments_AreTheSame()
    {
        var unit = new FleetUnit(17, "polairud", "KP Hiu 3001", new PlatformAesCcm(new byte[16]));
        var topics = new UnitTopics(Root[..^1], unit);
        var ofCode = typeof(UnitTopics).GetProperties()
            .Select(property => (string)property.GetValue(topics)!)
            .Where(value => value.StartsWith(Root, StringComparison.Ordinal))
            .Select(topic => topic[Root.Length..].Replace("polairud/17", "{agency}/{unit}", StringComparison.Ordinal))
            .Append("{agency}/{unit}/command")
            .Append("gateway/{clientId}/delivered")
            .Append("gateway/{clientId}/state")
            .Order(StringComparer.Ordinal)
            .ToList();

        Assert.Equal(ofCode, Lines("mqtt.md").Select(line => TopicRow().Match(line)).Where(match => match.Success).Select(match => match.Groups["topic"].Value).Order(StringComparer.Ordinal));
        Assert.Equal(ofCode, Lines("asyncapi.yaml").Select(line => Address().Match(line)).Where(match => match.Success).Select(match => match.Groups["topic"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AsyncApi_References_AreAllThereAndNameEverySchema()
    {
        var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "asyncapi.yaml"));
        var schemas = SchemaFile().Matches(text).Select(match => match.Groups["file"].Value).Order(StringComparer.Ordinal);

        Assert.StartsWith("asyncapi: 3.0.0\n", text, StringComparison.Ordinal);
        Assert.Equal(Schemas, schemas);
        foreach (Match reference in Pointer().Matches(text))
        {
            // Each level of the pointer stands as a key of its own, as deep as the pointer says.
            var levels = reference.Groups["path"].Value.Split('/');
            for (var depth = 0; depth < levels.Length; depth++)
                Assert.Contains($"\n{new string(' ', 2 * depth)}{levels[depth]}:", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GatewayState_EachOne_SatisfiesItsSchema()
    {
        var states = new GatewayStateMessage(Root[..^1], "boat-gateway", TimeProvider.System);
        foreach (var message in new MqttMessage[] { states.Online(), states.Stopped(), states.Will() })
        {
            MessageCheck.Valid(message);
            Assert.True(message.Retain);
        }
    }

    [Theory]
    [InlineData("""{"type":"object","minProperties":1}""")]
    [InlineData("""{"type":"text"}""")]
    [InlineData("""{"format":"uri"}""")]
    public void SchemaCheck_OnAKeywordThatItDoesNotKnow_Fails(string schema) =>
        Assert.Throws<NotSupportedException>(() => new JsonSchemaCheck(schema).ErrorsIn(Encoding.UTF8.GetBytes("{}")));

    [Theory]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17.5,"name":"a","agency":"b","state":"live","since":"2026-11-23T00:05:00Z","heard":"2026-11-23T00:00:00Z","interval_most_s":60}""")]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17,"name":"a","agency":"b","state":"dead","since":"2026-11-23T00:05:00Z","heard":"2026-11-23T00:00:00Z","interval_most_s":60}""")]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17,"name":"a","agency":"b","state":"live","since":"2026-11-23 00:05:00","heard":"2026-11-23T00:00:00Z","interval_most_s":60}""")]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17,"name":"a","agency":"B","state":"live","since":"2026-11-23T00:05:00Z","heard":"2026-11-23T00:00:00Z","interval_most_s":60}""")]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17,"name":"a","agency":"b","state":"live","heard":"2026-11-23T00:00:00Z","interval_most_s":60}""")]
    [InlineData("""{"schema":"patrol/v1/unit-state","unit":17,"name":"a","agency":"b","state":"live","since":"2026-11-23T00:05:00Z","heard":"2026-11-23T00:00:00Z","interval_most_s":60,"speed":0}""")]
    public void SchemaCheck_OnWhatIsWrong_SaysSo(string json) =>
        Assert.NotEmpty(JsonSchemaCheck.Of("unit-state").ErrorsIn(Encoding.UTF8.GetBytes(json)));

    private static IEnumerable<string> Lines(string document) => File.ReadLines(RepositoryPaths.InRepository("docs", document));

    [GeneratedRegex(@"^\| `(?<topic>(\{agency\}|gateway)/[^`]+)` \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TopicRow();

    [GeneratedRegex(@"^    address: patrol/v1/(?<topic>\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"schemas/(?<file>[a-z-]+\.schema\.json)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SchemaFile();

    [GeneratedRegex(@"""#/(?<path>[A-Za-z/]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pointer();
}
