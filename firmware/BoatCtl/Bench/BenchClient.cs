using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>
/// A unit's bench console from the PC's side (docs/bench-console.md): one request at a time, its reply by its number, and
/// the events that come between. No thread of its own; it reads while it waits.
/// </summary>
internal sealed class BenchClient : IDisposable
{
    /// <summary>Bits per second of the console.</summary>
    public const int Baud = 115_200;

    // The longest reply has 3,584 bytes; what is longer is a boot loader's noise.
    private const int LineBytesMax = 8_192;

    // A unit tells at most 64 notes at a time, and some 60 steps of a self-test.
    private const int EventsMax = 512;

    // The ESP32's driver holds 256 bytes, and the console takes 96 each 10 ms at best: a configuration of 2 KB sent at the
    // line's own pace would lose some.
    private const int ChunkBytes = 64;
    private const int ChunkPauseMs = 10;
    private const int ReadSliceMs = 100;

    // A line out of the middle of which bytes were lost may have a name twice, where the library would throw only when it is read.
    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false };

    private readonly ISerialLine _line;
    private readonly byte[] _read = new byte[1_024];
    private readonly byte[] _partial = new byte[LineBytesMax];
    private readonly Queue<JsonObject> _lines = [];
    private readonly Queue<JsonObject> _events = [];
    private int _partialBytes;
    private bool _isTooLong;
    private bool _isGone;
    private int _lastId;

    /// <param name="line">The open line; disposed with this.</param>
    /// <param name="port">Its name, for messages.</param>
    /// <param name="timeout">How long a reply may take.</param>
    public BenchClient(ISerialLine line, string port, TimeSpan timeout)
    {
        _line = line;
        Port = port;
        Timeout = timeout;
    }

    /// <summary>The port's name.</summary>
    public string Port { get; }

    /// <summary>How long a reply may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Events that came faster than they were taken, oldest first out.</summary>
    public int EventsDropped { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _line.Dispose();

    /// <summary>Sends a request and waits for its reply; the reply's fields.</summary>
    /// <exception cref="BenchException">It was not done.</exception>
    public JsonObject Ask(string command, JsonObject? fields = null) => Send(command, fields).Done();

    /// <summary>Sends a request and waits for its reply. Every way in which it can come out is an outcome.</summary>
    public BenchReply Send(string command, JsonObject? fields = null)
    {
        var id = ++_lastId;
        var request = new JsonObject { ["id"] = id, ["cmd"] = command };
        foreach (var (name, value) in fields ?? [])
            request[name] = value?.DeepClone();

        var json = BenchJson.Write(request);
        if (!BenchJson.IsTaken(json))
            return new BenchReply(BenchOutcome.Refused, [], "not-text", $"A value of \"{command}\" has a control character or one beyond U+FFFF, such as an emoji; a unit keeps neither.");

        // The empty line ends what an earlier request, of which the end was lost, may have left unfinished.
        var bytes = Encoding.UTF8.GetBytes("\n" + json + "\n");
        if (!TrySend(bytes))
            return NotDone(BenchOutcome.NotSent, command);

        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Timeout;)
        {
            while (_lines.TryDequeue(out var line))
            {
                if (IsReply(line, id))
                    return Of(line);
            }

            if (!TryFill(Left(waited)))
                return NotDone(BenchOutcome.Gone, command);
        }

        // Of a reply whose end was lost, the next one must not become the end.
        _partialBytes = 0;
        return NotDone(BenchOutcome.NoAnswer, command);
    }

    /// <summary>The next event of this kind; null if none comes in time or it was cancelled.</summary>
    /// <exception cref="BenchException">The line is gone.</exception>
    public JsonObject? NextEvent(string kind, TimeSpan wait, CancellationToken cancellation = default)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            while (_events.TryDequeue(out var candidate))
            {
                if (Text(candidate, "event") == kind)
                    return candidate;
            }

            if (waited.Elapsed >= wait || cancellation.IsCancellationRequested)
                return null;

            if (!TryFill(Math.Min(ReadSliceMs, (int)(wait - waited.Elapsed).TotalMilliseconds + 1)))
                throw new BenchException(BenchOutcome.Gone, "gone", GoneText);
        }
    }

    private string GoneText => $"{Port} is gone: the cable was pulled, or the unit lost its supply.";

    private static string? Text(JsonObject line, string field) =>
        line[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static BenchReply Of(JsonObject line)
    {
        if (line["ok"] is JsonValue ok && ok.TryGetValue<bool>(out var isDone) && isDone)
            return new BenchReply(BenchOutcome.Done, line);

        var error = Text(line, "error") ?? "refused";
        return new BenchReply(BenchOutcome.Refused, line, error, $"The unit refused{(error == "refused" ? "" : $" ({error})")}: {Text(line, "reason")}.");
    }

    private static bool IsReply(JsonObject line, int id) =>
        line.ContainsKey("ok") && line["id"] is JsonValue value && value.TryGetValue<int>(out var of) && of == id;

    private int Left(Stopwatch waited) => Math.Max(1, (int)(Timeout - waited.Elapsed).TotalMilliseconds);

    private BenchReply NotDone(BenchOutcome outcome, string command) => outcome == BenchOutcome.NoAnswer
        ? new BenchReply(
            outcome, [], "no-answer",
            $"{Port} did not answer \"{command}\" within {Timeout.TotalSeconds:0.#} s: no boat unit, no power, or it is starting. Try again, or --timeout.")
        : new BenchReply(outcome, [], "gone", GoneText);

    private bool TrySend(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(ChunkBytes, bytes.Length);
            if (_isGone || !_line.TryWrite(bytes[..count], (int)Timeout.TotalMilliseconds))
                return false;

            bytes = bytes[count..];

            // Reading is the pause: a unit that cannot send does not read.
            if (!bytes.IsEmpty && !TryFill(0))
                return false;

            if (!bytes.IsEmpty)
                Thread.Sleep(ChunkPauseMs);
        }

        return true;
    }

    // Reads once, waiting no longer than this; false if the line is gone.
    private bool TryFill(int timeoutMs)
    {
        if (_isGone)
            return false;

        var count = _line.Read(_read, timeoutMs);
        _isGone = count < 0;
        foreach (var b in _read.AsSpan(0, Math.Max(0, count)))
            Take(b);

        return !_isGone;
    }

    private void Take(byte b)
    {
        if (b is (byte)'\n' or (byte)'\r')
        {
            if (!_isTooLong && _partialBytes > 0)
                TakeLine(_partial.AsSpan(0, _partialBytes));

            _partialBytes = 0;
            _isTooLong = false;
        }
        else if (_partialBytes < LineBytesMax)
        {
            _partial[_partialBytes++] = b;
        }
        else
        {
            _isTooLong = true;
        }
    }

    // What is no JSON object is a boot loader's text, or a line of which a part was lost.
    private void TakeLine(ReadOnlySpan<byte> bytes)
    {
        JsonObject? line;
        try
        {
            line = JsonNode.Parse(bytes, documentOptions: _strict) as JsonObject;
        }
        catch (JsonException)
        {
            return;
        }

        if (line is null)
            return;

        if (!line.ContainsKey("event"))
        {
            _lines.Enqueue(line);
            return;
        }

        if (_events.Count == EventsMax)
        {
            _events.Dequeue();
            EventsDropped++;
        }

        _events.Enqueue(line);
    }
}
