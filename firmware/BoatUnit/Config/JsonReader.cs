using System;
using System.Collections;
using System.Text;
using nanoFramework.Json;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>Why a text is not taken for a JSON object.</summary>
public enum JsonRefusal
{
    None = 0,
    Empty,
    NotAnObject,

    /// <summary>Objects and arrays within each other deeper than <see cref="JsonReader.DepthMax"/>.</summary>
    TooDeep,

    /// <summary>Brackets or quotes do not close, or something follows the object.</summary>
    NotClosed,

    /// <summary>An escape other than \" \\ \n \r \t \b \f.</summary>
    Escape,

    /// <summary>A control character in a text, or a single quote outside of one.</summary>
    Character,

    /// <summary>What the platform's parser refuses.</summary>
    Malformed,
}

/// <summary>
/// One JSON object as a Hashtable, by nanoFramework.Json. Its parser recurses without a bound, reads \u escapes wrongly,
/// takes single quotes, and runs off the end of what does not close (read in version 2.2.203), so what it would stumble
/// over is refused before it is asked. Two oddities remain, which whoever takes a text has to know: a text of 18 or more
/// characters that reads as a date comes as a DateTime, and one that begins with a quote comes with one more at each end.
/// </summary>
public static class JsonReader
{
    /// <summary>An object in an object in the object: a configuration within a request.</summary>
    public const int DepthMax = 4;

    /// <summary>Reads the object in a range of bytes, UTF-8; null if it is none, and then why.</summary>
    public static Hashtable Read(byte[] buffer, int offset, int length, out JsonRefusal refusal)
    {
        refusal = Check(buffer, offset, length);
        if (refusal != JsonRefusal.None)
        {
            return null;
        }

        try
        {
            string text = Encoding.UTF8.GetString(buffer, offset, length);
            Hashtable root = JsonConvert.DeserializeObject(text, typeof(Hashtable)) as Hashtable;
            refusal = root == null ? JsonRefusal.NotAnObject : JsonRefusal.None;
            return root;
        }
        catch (Exception)
        {
            // The parser throws what its number and index operations throw, besides its own exception.
            refusal = JsonRefusal.Malformed;
            return null;
        }
    }

    /// <summary>What to tell the person who typed it.</summary>
    public static string Reason(JsonRefusal refusal)
    {
        switch (refusal)
        {
            case JsonRefusal.Empty:
                return "empty";
            case JsonRefusal.NotAnObject:
                return "not a JSON object";
            case JsonRefusal.TooDeep:
                return "nested too deep";
            case JsonRefusal.NotClosed:
                return "a bracket or quote does not close, or something follows the object";
            case JsonRefusal.Escape:
                return "escapes are \\\" \\\\ \\n \\r \\t \\b \\f";
            case JsonRefusal.Character:
                return "a control character, or a single quote outside of a text";
            default:
                return "malformed";
        }
    }

    private static JsonRefusal Check(byte[] buffer, int offset, int length)
    {
        int at = offset;
        int end = offset + length;
        while (at < end && buffer[at] <= ' ')
        {
            at++;
        }

        if (at == end)
        {
            return JsonRefusal.Empty;
        }

        if (buffer[at] != '{')
        {
            return JsonRefusal.NotAnObject;
        }

        int depth = 0;
        for (; at < end; at++)
        {
            byte c = buffer[at];
            if (c == '"')
            {
                JsonRefusal refusal = SkipText(buffer, ref at, end);
                if (refusal != JsonRefusal.None)
                {
                    return refusal;
                }
            }
            else if (c == '{' || c == '[')
            {
                if (++depth > DepthMax)
                {
                    return JsonRefusal.TooDeep;
                }
            }
            else if ((c == '}' || c == ']') && --depth == 0)
            {
                return IsBlank(buffer, at + 1, end) ? JsonRefusal.None : JsonRefusal.NotClosed;
            }
            else if (c == '\'')
            {
                return JsonRefusal.Character;
            }
        }

        return JsonRefusal.NotClosed;
    }

    // From a text's opening quote to its closing one.
    private static JsonRefusal SkipText(byte[] buffer, ref int at, int end)
    {
        for (at++; at < end; at++)
        {
            byte c = buffer[at];
            if (c == '"')
            {
                return JsonRefusal.None;
            }

            if (c < ' ')
            {
                return JsonRefusal.Character;
            }

            if (c == '\\')
            {
                at++;
                if (at == end || !IsEscape(buffer[at]))
                {
                    return JsonRefusal.Escape;
                }
            }
        }

        return JsonRefusal.NotClosed;
    }

    private static bool IsEscape(byte c)
    {
        return c == '"' || c == '\\' || c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f';
    }

    private static bool IsBlank(byte[] buffer, int at, int end)
    {
        for (; at < end; at++)
        {
            if (buffer[at] > ' ')
            {
                return false;
            }
        }

        return true;
    }
}
