using System.Text;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Comma-separated values as RFC 4180 has them: quoted where needed, quotes doubled, lines ended by CR LF or LF.</summary>
internal static class CsvTable
{
    private static readonly char[] _toBeQuoted = [',', '"', '\r', '\n'];

    /// <summary>Adds a line.</summary>
    public static void AppendLine(StringBuilder text, params IReadOnlyList<string?> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            var field = fields[i] ?? "";
            if (field.IndexOfAny(_toBeQuoted) < 0)
                text.Append(field);
            else
                text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        text.Append("\r\n");
    }

    /// <summary>The lines of a text, or null if a quote is not closed or stands inside a field that did not begin with one.</summary>
    public static List<List<string>>? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<List<string>> lines = [];
        List<string> line = [];
        var at = 0;
        while (at < text.Length)
        {
            if (!TryReadField(text, ref at, out var field))
                return null;
            line.Add(field);
            if (at < text.Length && text[at] == ',')
            {
                at++;
                if (at == text.Length)
                    line.Add("");
                continue;
            }

            at += at + 1 < text.Length && text[at] == '\r' && text[at + 1] == '\n' ? 2 : 1;
            lines.Add(line);
            line = [];
        }

        if (line.Count > 0)
            lines.Add(line);
        return lines;
    }

    private static bool TryReadField(string text, ref int at, out string field)
    {
        var end = text.IndexOfAny(_toBeQuoted, at);
        end = end < 0 ? text.Length : end;
        if (end == text.Length || text[end] != '"')
        {
            field = text[at..end];
            at = end;
            return true;
        }

        field = "";
        if (end != at)
            return false;
        var content = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                content.Append(text[at]);
                continue;
            }

            at++;
            if (at < text.Length && text[at] == '"')
            {
                content.Append('"');
                continue;
            }

            field = content.ToString();
            return at == text.Length || text[at] is ',' or '\r' or '\n';
        }

        return false;
    }
}
