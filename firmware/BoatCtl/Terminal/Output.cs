using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>
/// What a command says: as text for people, or as JSON under --json. Results go to standard output, what people should
/// know besides and errors to standard error; under --json errors are the document.
/// </summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TextWriter _result;
    private readonly TextWriter _error;

    public Output(TextWriter result, TextWriter error, bool isJson, bool isTerminal)
    {
        _result = result;
        _error = error;
        IsJson = isJson;
        IsTerminal = isTerminal;
    }

    /// <summary>Whether a program reads it.</summary>
    public bool IsJson { get; }

    /// <summary>Whether a person sees it on a terminal that takes colours and can be redrawn.</summary>
    public bool IsTerminal { get; }

    /// <summary>
    /// A result: <paramref name="json"/> as one line, or the text that <paramref name="text"/> writes. Once for a command
    /// that ends by itself, once for each item where a command goes on.
    /// </summary>
    public void Result(JsonNode json, Action<TextPage> text)
    {
        if (IsJson)
            _result.WriteLine(json.ToJsonString(_json));
        else
            text(new TextPage(_result, IsTerminal));

        _result.Flush();
    }

    /// <summary>
    /// A table that changes: drawn again in its place on a terminal, as its window holds it; elsewhere each state of it as a result of its own.
    /// <paramref name="body"/> is given what shows a state, as JSON and as the table's rows.
    /// </summary>
    public void Changing(IReadOnlyList<string> headings, Action<Action<JsonNode, IReadOnlyList<IReadOnlyList<Cell>>>> body)
    {
        if (!IsTerminal)
        {
            body((json, rows) => Result(json, page => page.Table(headings, rows)));
            return;
        }

        var console = TextPage.Console(_result);
        console.Live(TextPage.Drawn(headings, [])).Cropping(VerticalOverflowCropping.Bottom).Start(view => body((_, rows) =>
        {
            view.UpdateTarget(TextPage.Fitting(console, headings, rows));
            view.Refresh();
        }));
    }

    /// <summary>What people should know besides: a step that takes its time, what to do next.</summary>
    public void Note(string text)
    {
        if (!IsJson)
            _error.WriteLine(text);
    }

    /// <summary>Why it was not done.</summary>
    public void Failure(CommandException failure)
    {
        if (IsJson)
            _result.WriteLine(new JsonObject { ["error"] = failure.Word, ["message"] = failure.Message }.ToJsonString(_json));
        else
            _error.WriteLine("boatctl: " + failure.Message);
    }
}
