using Spectre.Console;

namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>How a word is meant; a colour on a terminal, nothing elsewhere.</summary>
internal enum Tone
{
    Plain,
    Good,
    Bad,
    Weak,
}

/// <summary>A text with its tone.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>Text for people: boxes and colours on a terminal, columns with two spaces between them elsewhere.</summary>
internal sealed class TextPage
{
    private const int Gap = 2;
    private const int BarCharacters = 40;

    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _console;

    public TextPage(TextWriter writer, bool isTerminal)
    {
        _writer = writer;
        if (isTerminal)
            _console = Console(writer);
    }

    /// <summary>The library's own view of a terminal, colours as far as it has them.</summary>
    public static IAnsiConsole Console(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

    /// <summary>One line.</summary>
    public void Line(Cell text)
    {
        if (_console is null)
            _writer.WriteLine(text.Text);
        else
            _console.MarkupLine(Marked(text));
    }

    /// <summary>Rows below their headings; every row has as many cells as there are headings.</summary>
    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var all = rows.ToList();
        if (_console is null)
        {
            Columns([headings.Select(heading => new Cell(heading)).ToList(), .. all]);
            return;
        }

        _console.Write(Drawn(headings, all));
    }

    /// <summary>Names and values, a line each.</summary>
    public void Fields(IEnumerable<(string Name, Cell Value)> fields) => Columns([.. fields.Select(field => new[] { new Cell(field.Name, Tone.Weak), field.Value })]);

    /// <summary>A bar for each value, in proportion; what is below zero has none.</summary>
    public void Bars(string title, IReadOnlyList<(string Label, double Value)> bars)
    {
        if (_console is not null)
        {
            var chart = new BarChart().Label(Markup.Escape(title)).LeftAlignLabel();
            foreach (var (label, value) in bars)
                chart.AddItem(label, Math.Max(0, value), Color.Green);
            _console.Write(chart);
            return;
        }

        _writer.WriteLine(title);
        var most = Math.Max(1, bars.Max(bar => bar.Value));
        Columns([.. bars.Select(bar => new Cell[] { bar.Label, new string('#', (int)(Math.Max(0, bar.Value) * BarCharacters / most)), $"{bar.Value:0.#}" })]);
    }

    /// <summary>The same table as something that the caller draws, and draws again.</summary>
    public static Table Drawn(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var table = new Table().RoundedBorder();
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(Markup.Escape(heading)));

        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Markup(Marked(cell))));

        return table;
    }

    private static string Marked(Cell cell)
    {
        var text = Markup.Escape(cell.Text);
        return cell.Tone switch
        {
            Tone.Good => $"[green]{text}[/]",
            Tone.Bad => $"[red]{text}[/]",
            Tone.Weak => $"[grey]{text}[/]",
            _ => text,
        };
    }

    private void Columns(IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var columns = rows.Count == 0 ? 0 : rows[0].Count;
        var widths = Enumerable.Range(0, columns).Select(column => rows.Max(row => row[column].Text.Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => cell with { Text = cell.Text.PadRight(widths[column] + Gap) });
            if (_console is null)
                _writer.WriteLine(string.Concat(cells.Select(cell => cell.Text)).TrimEnd());
            else
                _console.MarkupLine(string.Concat(cells.Select(Marked)));
        }
    }
}
