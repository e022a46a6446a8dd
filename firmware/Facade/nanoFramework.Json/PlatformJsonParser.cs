using System;
using System.Collections;
using System.Globalization;
using System.Text;
using nanoFramework.Json;

namespace BoatTelemetry.Facade.Json;

/// <summary>
/// What JsonConvert.cs of nanoFramework.Json 2.2.203 does (commit 76f1016), told shorter. Kept on purpose: commas may be
/// missing, single quotes quote, texts of 18 and more characters that read as a date become DateTime, a text that begins
/// with a quote gets one more at each end, \u escapes pass over their first digit and know decimal digits only, and a
/// number at the very end runs out of the array.
/// </summary>
internal sealed class PlatformJsonParser
{
    private static readonly string[] _dates =
    [
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-ddTHH:mm:ss", "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    ];

    private readonly byte[] _json;
    private int _at;

    public PlatformJsonParser(string text)
    {
        _json = Encoding.UTF8.GetBytes(text);
    }

    private enum Token
    {
        ObjectBegin,
        ObjectEnd,
        ArrayBegin,
        ArrayEnd,
        Colon,
        Comma,
        Text,
        Number,
        Date,
        True,
        False,
        Null,
        End,
        Error,
    }

    public object ReadRoot()
    {
        if (Next(out _) != Token.ObjectBegin)
            throw new DeserializationException();
        var root = ReadObject();
        return Next(out _) == Token.End ? root : throw new DeserializationException();
    }

    private Hashtable ReadObject()
    {
        var result = new Hashtable();
        var token = Next(out var name);
        while (token is not (Token.End or Token.Error or Token.ObjectEnd))
        {
            if (token != Token.Text || Next(out _) != Token.Colon)
                throw new DeserializationException();

            // The library's object keeps the last of a name that comes twice.
            result[name] = ReadValue(Next(out var value), value);
            token = Next(out name);
            if (token == Token.Comma)
                token = Next(out name);
        }

        return token == Token.ObjectEnd ? result : throw new DeserializationException();
    }

    private ArrayList ReadArray()
    {
        var result = new ArrayList();
        var token = Next(out var value);
        while (token != Token.ArrayEnd)
        {
            result.Add(ReadValue(token, value));
            token = Next(out _);
            if (token == Token.ArrayEnd)
                break;
            if (token != Token.Comma)
                throw new DeserializationException();
            token = Next(out value);
        }

        return result;
    }

    private object? ReadValue(Token token, string text) => token switch
    {
        Token.Text => text,
        Token.Number => ReadNumber(text),
        Token.Date => ConvertDate(text, out var date) ? date : null,
        Token.True => true,
        Token.False => false,
        Token.Null => null,
        Token.ObjectBegin => ReadObject(),
        Token.ArrayBegin => ReadArray(),
        _ => throw new DeserializationException(),
    };

    private static object ReadNumber(string text)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return double.Parse(text, CultureInfo.InvariantCulture);
        if (text.Length < 9)
            return int.Parse(text, CultureInfo.InvariantCulture);
        if (text.Length >= 12 && text.Length < 20)
            return long.Parse(text, CultureInfo.InvariantCulture);
        if (int.TryParse(text, CultureInfo.InvariantCulture, out var number))
            return number;

        return long.TryParse(text, CultureInfo.InvariantCulture, out var wide)
            ? wide
            : ulong.Parse(text, CultureInfo.InvariantCulture);
    }

    private Token Next(out string text)
    {
        text = "";
        while (_at < _json.Length)
        {
            var c = ReadCharacter();
            switch (c)
            {
                case ' ' or '\t' or '\r' or '\n':
                    continue;
                case '{':
                    return Token.ObjectBegin;
                case '}':
                    return Token.ObjectEnd;
                case '[':
                    return Token.ArrayBegin;
                case ']':
                    return Token.ArrayEnd;
                case ':':
                    return Token.Colon;
                case ',':
                    return Token.Comma;
                case '"' or '\'':
                    return NextText(c, out text);
                default:
                    return IsNumberIntro(c) ? NextNumber(c, out text) : NextWord(c);
            }
        }

        return Token.End;
    }

    private Token NextNumber(char first, out string text)
    {
        var digits = new StringBuilder();
        for (var c = first; IsNumber(c);)
        {
            digits.Append(c);
            c = (char)_json[_at];
            if (IsNumber(c))
                _at++;
        }

        text = digits.ToString();
        return Token.Number;
    }

    private Token NextWord(char first)
    {
        var (token, rest) = char.ToLowerInvariant(first) switch
        {
            't' => (Token.True, "rue"),
            'f' => (Token.False, "alse"),
            'n' => (Token.Null, "ull"),
            _ => throw new DeserializationException(),
        };
        foreach (var c in rest)
        {
            if (char.ToLowerInvariant(ReadCharacter()) != c)
                throw new DeserializationException();
        }

        return token;
    }

    private Token NextText(char quote, out string text)
    {
        var value = new StringBuilder();
        text = "";
        while (true)
        {
            if (_at >= _json.Length)
                return Token.Error;
            var c = ReadCharacter();
            if (c == '\\')
                AppendEscaped(value);
            else if (c == quote)
                break;
            else
                value.Append(c);
        }

        text = value.ToString();
        if (quote == '"' && text.StartsWith('"'))
            text = $"\"{text}\"";
        return ConvertDate(text, out _) ? Token.Date : Token.Text;
    }

    private void AppendEscaped(StringBuilder value)
    {
        var c = ReadCharacter();
        if (c == 'u')
        {
            AppendUnicode(value);
            return;
        }

        value.Append(c switch
        {
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            'b' => '\b',
            'f' => '\f',
            '\\' => '\\',
            '"' => '"',
            _ => throw new DeserializationException(),
        });
    }

    private void AppendUnicode(StringBuilder value)
    {
        var digits = new StringBuilder();
        _at++;
        var c = (char)_json[_at];
        for (var i = 0; i < 4 && IsNumber(c); i++)
        {
            digits.Append(c);
            c = (char)_json[_at];
            if (IsNumber(c))
                _at++;
        }

        if (digits.Length != 4
            || !short.TryParse(digits.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            throw new DeserializationException();
        value.Append((char)code);
    }

    // The library takes the first of the 16-bit characters that the bytes make.
    private char ReadCharacter()
    {
        var first = _json[_at];
        var length = (first & 0x80) == 0 ? 1 : (first & 0x20) == 0 ? 2 : (first & 0x10) == 0 ? 3 : 4;
        _at += length;
        return length == 1 ? (char)first : Encoding.UTF8.GetChars(_json, _at - length, length)[0];
    }

    private static bool ConvertDate(string text, out DateTime date)
    {
        date = default;
        return text.Length >= 18
            && (DateTime.TryParseExact(text, _dates, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out date)
                || ConvertCalendar(text, out date));
    }

    // iCalendar's form, of which the library looks at the digits only: 20261123T040500.
    private static bool ConvertCalendar(string text, out DateTime date)
    {
        string[] parts = [text[..4], text[4..6], text[6..8], text[9..11], text[11..13], text[13..15]];
        var digits = string.Concat(parts);
        return DateTime.TryParseExact(digits, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
    }

    private static bool IsNumberIntro(char c) => c is '-' or '+' or '.' or (>= '0' and <= '9');

    private static bool IsNumber(char c) => IsNumberIntro(c) || c is 'e' or 'E';
}
