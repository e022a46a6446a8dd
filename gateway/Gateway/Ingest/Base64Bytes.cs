using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>What became of a frame in base64.</summary>
public enum Base64Outcome
{
    Decoded = 0,

    /// <summary>Absent, of another type than text, or empty.</summary>
    Missing,

    /// <summary>Not base64 in either alphabet.</summary>
    NotBase64,

    /// <summary>Longer than a frame's buffer.</summary>
    TooLong,
}

/// <summary>
/// The bytes of a frame that stands in JSON as base64. Both alphabets and any padding occur in the field
/// (chirpstack-gateway-bridge #79 broke on it), so all are taken. One object a reader; nothing is allocated for a frame.
/// </summary>
internal sealed class Base64Bytes
{
    // Each character may be escaped as six, \u002f; senders escape only the slash.
    private const int TextBytesMax = (Datagram.FrameBytesMax + 2) / 3 * 4;
    private const int EscapedBytesMax = TextBytesMax * 6;

    private readonly byte[] _text = new byte[EscapedBytesMax];
    private int _length;
    private Base64Outcome _outcome;

    /// <summary>Nothing has come.</summary>
    public void Clear()
    {
        _length = 0;
        _outcome = Base64Outcome.Missing;
    }

    /// <summary>Takes the value behind the property name that <paramref name="json"/> stands on.</summary>
    public void Take(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String)
        {
            json.Skip();
            return;
        }

        if (json.ValueSpan.Length > (json.ValueIsEscaped ? EscapedBytesMax : TextBytesMax))
        {
            _outcome = Base64Outcome.TooLong;
            return;
        }

        _length = json.CopyString(_text);
        _outcome = Base64Outcome.Decoded;
    }

    /// <summary>Writes what was taken; once for each <see cref="Take"/>.</summary>
    public Base64Outcome Decode(Span<byte> bytes, out int length)
    {
        length = 0;
        return _outcome == Base64Outcome.Decoded ? Decode(_text.AsSpan(0, _length), bytes, out length) : _outcome;
    }

    private static Base64Outcome Decode(Span<byte> text, Span<byte> bytes, out int length)
    {
        text = text.TrimEnd((byte)'=');
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
        length = 0;
        if (text.Length * 3L / 4 > bytes.Length)
            return Base64Outcome.TooLong;
        var status = Base64Url.DecodeFromUtf8(text, bytes, out var consumed, out length);
        if (status != OperationStatus.Done || consumed != text.Length)
            return Base64Outcome.NotBase64;
        return length == 0 ? Base64Outcome.Missing : Base64Outcome.Decoded;
    }
}
