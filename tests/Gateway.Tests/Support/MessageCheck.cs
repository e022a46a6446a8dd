using System.Text;
using System.Text.Json;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>What every published message must be: valid by the schema that it names, and described by its properties.</summary>
internal static class MessageCheck
{
    private static readonly Dictionary<string, JsonSchemaCheck> _schemas = new(StringComparer.Ordinal);

    /// <summary>Checks it and returns its payload.</summary>
    public static JsonElement Valid(MqttMessage message)
    {
        var json = Valid(message.Payload);
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal(MqttQos.AtLeastOnce, message.Qos);
        foreach (var (name, value) in message.UserProperties)
            Assert.Equal(json.GetProperty(name).ToString(), value);
        return json;
    }

    /// <summary>Checks a payload and returns it.</summary>
    public static JsonElement Valid(ReadOnlyMemory<byte> payload)
    {
        var json = JsonDocument.Parse(payload.ToArray()).RootElement;
        var errors = Schema(json.GetProperty("schema").GetString()!).ErrorsIn(payload);
        Assert.True(errors.Count == 0, $"{string.Join('\n', errors)}\n{json}");
        return json;
    }

    /// <inheritdoc cref="Valid(ReadOnlyMemory{byte})"/>
    public static JsonElement Valid(string payload) => Valid(Encoding.UTF8.GetBytes(payload));

    /// <summary>Checks that a payload is the example in docs/mqtt.md, which is one line of it.</summary>
    public static void Documented(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        var isThere = File.ReadLines(RepositoryPaths.InRepository("docs", "mqtt.md")).Contains(text, StringComparer.Ordinal);
        Assert.True(isThere, $"not in docs/mqtt.md:\n{text}");
        Valid(payload);
    }

    private static JsonSchemaCheck Schema(string name)
    {
        lock (_schemas)
        {
            if (!_schemas.TryGetValue(name, out var schema))
                _schemas.Add(name, schema = JsonSchemaCheck.Of(name));
            return schema;
        }
    }
}
