using System.Buffers.Text;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Values of JSON read token by token, without allocation. Each reader stands on a property's name and takes its whole
/// value; what is of another type or out of range is unknown, and never zero.
/// </summary>
internal static class JsonFields
{
    private const int EuiDigits = 16;
    private const int NumberTextMax = 32;

    /// <summary>Passes over the value.</summary>
    public static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    /// <summary>Whether the value is an object; otherwise it is passed over.</summary>
    public static bool IsObject(ref Utf8JsonReader json) => Is(ref json, JsonTokenType.StartObject);

    /// <summary>Whether the value is an array; otherwise it is passed over.</summary>
    public static bool IsArray(ref Utf8JsonReader json) => Is(ref json, JsonTokenType.StartArray);

    /// <summary>
    /// A number, times <paramref name="scale"/>, rounded. Protocol Buffers write 64-bit integers as text
    /// (ProtoJSON), so a text that is a number is one.
    /// </summary>
    public static long Scaled(ref Utf8JsonReader json, double scale, double magnitudeMax)
    {
        json.Read();
        double value;
        if (json.TokenType == JsonTokenType.Number)
        {
            if (!json.TryGetDouble(out value))
                return Reception.Unknown;
        }
        else if (json.TokenType != JsonTokenType.String || !TryParse(json, out value))
        {
            json.Skip();
            return Reception.Unknown;
        }

        return Math.Abs(value * scale) <= magnitudeMax ? (long)Math.Round(value * scale) : Reception.Unknown;
    }

    /// <summary>An EUI as 16 hexadecimal digits; 0 if it is none.</summary>
    public static ulong Eui(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String || json.ValueIsEscaped || json.ValueSpan.Length != EuiDigits)
        {
            json.Skip();
            return 0;
        }

        return Utf8Parser.TryParse(json.ValueSpan, out ulong eui, out var digits, 'x') && digits == EuiDigits ? eui : 0;
    }

    /// <summary>An RFC 3339 time, milliseconds since 1970; unknown if it is none.</summary>
    public static long TimeUtcMs(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var time))
            return time.ToUnixTimeMilliseconds();
        json.Skip();
        return Reception.Unknown;
    }

    private static bool Is(ref Utf8JsonReader json, JsonTokenType type)
    {
        json.Read();
        if (json.TokenType == type)
            return true;
        json.Skip();
        return false;
    }

    private static bool TryParse(in Utf8JsonReader json, out double value)
    {
        value = 0;
        return !json.ValueIsEscaped
            && json.ValueSpan.Length is > 0 and <= NumberTextMax
            && Utf8Parser.TryParse(json.ValueSpan, out value, out var digits)
            && digits == json.ValueSpan.Length
            && double.IsFinite(value);
    }
}
