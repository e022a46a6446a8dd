namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>A list of KiCad's files: words and lists in brackets.</summary>
internal sealed class SExpression
{
    private SExpression(List<object> items) => Items = items;

    /// <summary>Strings and <see cref="SExpression"/>s.</summary>
    public List<object> Items { get; }

    /// <summary>The first word.</summary>
    public string Head => Items.Count > 0 ? Items[0] as string ?? "" : "";

    /// <summary>The lists in it that begin with a word.</summary>
    public IEnumerable<SExpression> All(string head) => Items.OfType<SExpression>().Where(item => item.Head == head);

    /// <summary>The first of them.</summary>
    public SExpression The(string head) => All(head).First();

    /// <summary>A word of it.</summary>
    public string Word(int index) => (string)Items[index];

    /// <summary>A word of it as a number.</summary>
    public decimal Number(int index) => decimal.Parse(Word(index), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads one list.</summary>
    public static SExpression Parse(string text)
    {
        var open = new Stack<List<object>>();
        open.Push([]);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '(')
                open.Push([]);
            else if (text[at] == ')')
                Close(open);
            else if (!char.IsWhiteSpace(text[at]))
            {
                at = ReadWord(text, at, open.Peek());
                continue;
            }

            at++;
        }

        return open.Count == 1 ? (SExpression)open.Pop().Single() : throw new InvalidDataException($"{open.Count - 1} brackets are not closed");
    }

    private static void Close(Stack<List<object>> open)
    {
        var items = open.Pop();
        open.Peek().Add(new SExpression(items));
    }

    private static int ReadWord(string text, int at, List<object> into)
    {
        var end = at + 1;
        if (text[at] == '"')
        {
            for (; text[end] != '"'; end++)
                end += text[end] == '\\' ? 1 : 0;
            into.Add(text[(at + 1)..end].Replace("\\\"", "\"", StringComparison.Ordinal));
            return end + 1;
        }

        while (end < text.Length && text[end] is not ('(' or ')') && !char.IsWhiteSpace(text[end]))
            end++;
        into.Add(text[at..end]);
        return end;
    }
}
