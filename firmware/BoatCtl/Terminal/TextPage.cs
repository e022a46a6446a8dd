using Spectre.Console;
using Spectre.Console.Rendering;

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

    // More side by side than this no window is wide enough for.
    private const int BlocksMax = 4;

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

    /// <summary>
    /// The table so that the window holds all of it: with its rows below each other, else in blocks side by side, at last without the
    /// box. The lowest of these if the window is too low for any. A line stays free: at its end the library puts the cursor there.
    /// </summary>
    public static IRenderable Fitting(IAnsiConsole console, IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var tables = Enumerable.Range(1, BlocksMax).Select(blocks => SideBySide(headings, rows, blocks))
            .Concat(Enumerable.Range(1, BlocksMax).Select(blocks => SideBySide(headings, rows, blocks).NoBorder()));
        (IRenderable? lowest, var lines) = (null, int.MaxValue);
        var options = RenderOptions.Create(console);
        foreach (IRenderable table in tables)
        {
            var height = Segment.SplitLines(table.Render(options, console.Profile.Width)).Count;
            if (height < lines)
                (lowest, lines) = (table, height);
            if (lines < console.Profile.Height)
                break;
        }

        return lowest!;
    }

    private static Table SideBySide(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<Cell>> rows, int blocks)
    {
        var height = (rows.Count + blocks - 1) / blocks;
        var nothing = Enumerable.Repeat(new Cell(string.Empty), headings.Count);
        return Drawn(
            [.. Enumerable.Repeat(headings, blocks).SelectMany(heading => heading)],
            Enumerable.Range(0, height).Select(row => Enumerable.Range(0, blocks)
                .SelectMany(block => rows.ElementAtOrDefault((block * height) + row) ?? nothing).ToArray()));
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
