using System.Text.Json;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>How values stand in messages: integers with their point put in, RFC 3339 times, and nothing for what is unknown.</summary>
internal static class MessageJson
{
    internal const string ContentType = "application/json";

    private const int SecondsLength = 20;
    private const int MillisecondsLength = 24;

    /// <summary>A known integer; an unknown one is left out.</summary>
    public static void Known(this Utf8JsonWriter json, ReadOnlySpan<byte> name, int value)
    {
        if (value != Fix.Unknown)
            json.WriteNumber(name, value);
    }

    /// <summary>A known integer of so many decimals; an unknown one is left out.</summary>
    public static void Known(this Utf8JsonWriter json, ReadOnlySpan<byte> name, int value, int decimals)
    {
        if (value == Fix.Unknown)
            return;
        json.WritePropertyName(name);
        json.Fixed(value, decimals);
    }

    /// <summary>A known word; an unknown one is left out.</summary>
    public static void Known(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? word)
    {
        if (word is not null)
            json.WriteString(name, word);
    }

    /// <summary>Digits of an integer with the point put in: no float comes near a position.</summary>
    public static void Fixed(this Utf8JsonWriter json, int value, int decimals)
    {
        Span<byte> text = stackalloc byte[16];
        var at = text.Length;
        var rest = Math.Abs((long)value);
        for (var digits = 0; digits <= decimals || rest > 0; digits++)
        {
            if (digits == decimals && decimals > 0)
                text[--at] = (byte)'.';
            text[--at] = (byte)('0' + (rest % 10));
            rest /= 10;
        }

        if (value < 0)
            text[--at] = (byte)'-';
        json.WriteRawValue(text[at..], skipInputValidation: true);
    }

    /// <summary>A known time to the second; an unknown one is left out.</summary>
    public static void Second(this Utf8JsonWriter json, ReadOnlySpan<byte> name, long utcMs)
    {
        if (utcMs == UtcTime.Unknown)
            return;
        Span<byte> text = stackalloc byte[SecondsLength];
        WriteSecond(text, utcMs);
        text[SecondsLength - 1] = (byte)'Z';
        json.WriteString(name, text);
    }

    /// <summary>A time to the millisecond.</summary>
    public static void Millisecond(this Utf8JsonWriter json, ReadOnlySpan<byte> name, long utcMs)
    {
        Span<byte> text = stackalloc byte[MillisecondsLength];
        WriteSecond(text, utcMs);
        text[SecondsLength - 1] = (byte)'.';
        Digits(text.Slice(SecondsLength, 3), (int)(((utcMs % 1000) + 1000) % 1000));
        text[MillisecondsLength - 1] = (byte)'Z';
        json.WriteString(name, text);
    }

    private static void WriteSecond(Span<byte> text, long utcMs)
    {
        var instant = DateTimeOffset.FromUnixTimeMilliseconds(utcMs);
        Digits(text[..4], instant.Year);
        text[4] = (byte)'-';
        Digits(text.Slice(5, 2), instant.Month);
        text[7] = (byte)'-';
        Digits(text.Slice(8, 2), instant.Day);
        text[10] = (byte)'T';
        Digits(text.Slice(11, 2), instant.Hour);
        text[13] = (byte)':';
        Digits(text.Slice(14, 2), instant.Minute);
        text[16] = (byte)':';
        Digits(text.Slice(17, 2), instant.Second);
    }

    private static void Digits(Span<byte> text, int value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
