using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

/// <summary>A technician's program at the other end of the bench console: lines out, lines in, by the terminal's path.</summary>
internal sealed class SerialTool : IDisposable
{
    private const int LongestMs = 60_000;

    private readonly FileStream _port;
    private readonly List<string> _lines = [];
    private int _id;

    public SerialTool(string path)
    {
        _port = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        new Thread(Listen) { IsBackground = true }.Start();
    }

    /// <summary>Sends a command and waits for its reply, which must be that it was done.</summary>
    public JsonElement Do(string command, string fields = "")
    {
        var id = ++_id;
        _port.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{id},\"cmd\":\"{command}\"{fields}}}\n")));
        var reply = Wait(line => line.TryGetProperty("id", out var of) && of.ValueKind == JsonValueKind.Number && of.GetInt32() == id, command);
        Assert.True(reply.GetProperty("ok").GetBoolean(), reply.GetRawText());
        return reply;
    }

    /// <summary>Waits for an event of this kind that is as asked for.</summary>
    public JsonElement Event(string kind, Func<JsonElement, bool> isIt) =>
        Wait(line => line.TryGetProperty("event", out var of) && of.GetString() == kind && isIt(line), kind);

    /// <summary>All events of this kind until now.</summary>
    public IReadOnlyList<JsonElement> Events(string kind) =>
        [.. Lines().Select(Parse).Where(line => line.TryGetProperty("event", out var of) && of.GetString() == kind)];

    public void Dispose() => _port.Dispose();

    private static JsonElement Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.Clone();
    }

    private JsonElement Wait(Func<JsonElement, bool> isIt, string what)
    {
        JsonElement? found = null;
        FakeGateway.WaitFor(
            () =>
            {
                foreach (var line in Lines().Select(Parse).Where(isIt))
                    found = line;

                return found is not null;
            },
            "the console's answer to " + what,
            LongestMs);
        return found!.Value;
    }

    private string[] Lines()
    {
        lock (_lines)
            return [.. _lines];
    }

    private void Listen()
    {
        try
        {
            var line = new StringBuilder();
            for (var c = _port.ReadByte(); c >= 0; c = _port.ReadByte())
            {
                if (c != '\n')
                {
                    line.Append((char)c);
                    continue;
                }

                lock (_lines)
                    _lines.Add(line.ToString());
                line.Clear();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The terminal is gone, or the test is over.
        }
    }
}
