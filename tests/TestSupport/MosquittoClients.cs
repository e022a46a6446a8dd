using System.Diagnostics;
using System.Text;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// The mosquitto_sub program: an MQTT client that shares no code with ours. It is subscribed once started. A message of a gateway that is not
/// as its schema says fails the reading.
/// </summary>
public sealed class MosquittoSubscriber : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private static readonly Dictionary<string, JsonSchemaCheck> _schemas = new(StringComparer.Ordinal);

    private readonly Process _process;
    private readonly string _readyMark;
    private readonly Queue<string> _beforeReady = new();
    private readonly StringBuilder _errors = new();

    private MosquittoSubscriber(Process process, string readyMark)
    {
        _process = process;
        _readyMark = readyMark;
    }

    /// <summary>Starts it with one line of output a message, formatted as -F says; %p or %j must be in the format. More arguments may follow.</summary>
    public static async Task<MosquittoSubscriber> StartAsync(int port, string filter, string format, params string[] more)
    {
        // mosquitto_sub flushes its output after a message and at no other time, so what tells that it has subscribed is a
        // retained message under a second filter of the same SUBSCRIBE.
        var mark = $"ready-{Guid.NewGuid():N}";
        await MosquittoPublisher.PublishAsync(port, mark, mark, "-r");
        string[] arguments =
            ["-h", MosquittoProcess.Host, "-p", $"{port}", "-i", $"sub-{mark}", "-V", "5", "-q", "1", "-t", filter, "-t", mark, "-F", format, .. more];
        var start = new ProcessStartInfo(ToolPath.MosquittoSub, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        var subscriber = new MosquittoSubscriber(Process.Start(start)!, mark);
        subscriber._process.ErrorDataReceived += (_, line) => subscriber._errors.AppendLine(line.Data);
        subscriber._process.BeginErrorReadLine();
        try
        {
            // Other retained messages may come before the mark: they are messages like all others.
            string line;
            while (!(line = await subscriber.ReadLineAsync()).Contains(mark, StringComparison.Ordinal))
                subscriber._beforeReady.Enqueue(line);
            return subscriber;
        }
        catch
        {
            await subscriber.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next message.</summary>
    public async Task<string> ReadAsync()
    {
        while (true)
        {
            var line = _beforeReady.TryDequeue(out var early) ? early : await ReadLineAsync();
            if (!line.Contains(_readyMark, StringComparison.Ordinal))
                return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync()
    {
        using var timeout = new CancellationTokenSource(_patience);
        var line = await _process.StandardOutput.ReadLineAsync(timeout.Token)
            ?? throw new InvalidOperationException($"mosquitto_sub ended: {_errors}");
        Check(line);
        return line;
    }

    // A gateway's message begins with its schema and, with %p at the end of the format, ends the line.
    private static void Check(string line)
    {
        const string Begin = "{\"schema\":\"patrol/v1/";
        var at = line.IndexOf(Begin, StringComparison.Ordinal);
        if (at < 0 || line[^1] != '}')
            return;
        var name = line[(at + Begin.Length)..].Split('"')[0];
        JsonSchemaCheck schema;
        lock (_schemas)
        {
            if (!_schemas.TryGetValue(name, out schema!))
                _schemas.Add(name, schema = JsonSchemaCheck.Of(name));
        }

        var errors = schema.ErrorsIn(Encoding.UTF8.GetBytes(line[at..]));
        if (errors.Count > 0)
            throw new InvalidOperationException($"not as the schema of {name} says: {string.Join('\n', errors)}\n{line}");
    }
}

/// <summary>The mosquitto_pub program.</summary>
public static class MosquittoPublisher
{
    /// <summary>Publishes one message with QoS 1 and whatever other arguments, and returns when it was acknowledged.</summary>
    public static async Task PublishAsync(int port, string topic, string payload, params string[] more)
    {
        string[] arguments = ["-h", MosquittoProcess.Host, "-p", $"{port}", "-i", $"pub-{Guid.NewGuid():N}", "-V", "5", "-q", "1", "-t", topic, "-m", payload, .. more];
        using var process = Process.Start(new ProcessStartInfo(ToolPath.MosquittoPub, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"mosquitto_pub ended with {process.ExitCode}: {said}");
    }
}
