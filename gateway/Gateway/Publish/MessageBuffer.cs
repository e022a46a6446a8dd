using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What one payload is written into. Used again when its publish has been settled: a payload must not change before.</summary>
public sealed class MessageBuffer : IDisposable
{
    /// <summary>A position of a fleet boat with two receptions has some 520 bytes.</summary>
    private const int BytesTypical = 640;

    // One long track must not make every buffer as large as itself.
    private const int BytesKept = 8 * 1024;

    private ArrayBufferWriter<byte> _bytes = new(BytesTypical);
    private readonly Utf8JsonWriter _json;

    public MessageBuffer()
    {
        // The writer's own checks are repeated by the tests, which parse and validate every message.
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.Default });
    }

    /// <summary>Forgets what was written and begins anew.</summary>
    public Utf8JsonWriter Begin()
    {
        if (_bytes.Capacity > BytesKept)
            _bytes = new ArrayBufferWriter<byte>(BytesTypical);
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        return _json;
    }

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _json.Flush();
        return _bytes.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
