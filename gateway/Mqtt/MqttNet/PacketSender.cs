using System.Buffers;
using MQTTnet.Channel;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// Writes packets in the order in which they were given, and those that wait together in one write. A packet given while nothing is being
/// written is written at once, by a thread that lasts as long as the connection, and what is given meanwhile goes out with the next write. In
/// a stream the thread rests between its writes (<see cref="GatheringRest"/>).
/// </summary>
/// <remarks>
/// Written by MQTTnet itself, each PUBLISH is two writes, head and payload, each a segment that wakes the broker: more processor time than
/// everything else that the gateway does with a frame (perf, November 2026; docs/operations.md). Without the rest, a second core that has
/// nothing else to do writes every publish by itself while the next one is made, and wakes the broker for each.
/// </remarks>
/// <param name="channel">What is written to, by one writer at a time.</param>
/// <param name="newFormatter">Makes what encodes.</param>
/// <param name="written">A publish of QoS 0 has been handed to the system.</param>
/// <param name="refused">A publish, with its packet identifier, does not encode: it was left out, and others go on.</param>
/// <param name="failed">Nothing can be written any more, and why; called once at the most.</param>
/// <param name="mayRest">Whether the other side has enough to do meanwhile.</param>
internal sealed class PacketSender(
    IMqttChannel channel,
    Func<MqttPacketFormatterAdapter> newFormatter,
    Action<PendingPublish> written,
    Action<PendingPublish, ushort, Exception> refused,
    Action<Exception> failed,
    Func<bool> mayRest)
{
    /// <summary>Named limit: bytes gathered for one write. A packet that is larger is written by itself, from where it lies.</summary>
    public const int GatheredBytesMax = 64 * 1024;

    // A Lock cannot be waited on.
#pragma warning disable MA0064, IDE0330
    private readonly object _lock = new();
#pragma warning restore MA0064, IDE0330
    private readonly GatheringRest _rest = new(TimeProvider.System);
    private readonly byte[] _gathered = new byte[GatheredBytesMax];

    // Tell of their end once it was written: what the client itself sends, and publishes of QoS 0.
    private readonly List<Outgoing> _toTell = [];

    // Bounded by the window of publishes, and by MQTTnet, which waits for what it sends itself. Payloads stay where they are until then.
    private Queue<Outgoing> _given = new();
    private Queue<Outgoing> _taken = new();
    private MqttPacketFormatterAdapter _formatter = newFormatter();
    private int _gatheredBytes;
    private MqttPacketBuffer _large;
    private Thread? _thread;
    private bool _isWaiting;
    private Exception? _end;

    /// <summary>Sends what MQTTnet's client makes itself; completes when it has been handed to the system.</summary>
    /// <exception cref="Exception">It does not encode, or nothing can be written any more: the reason.</exception>
    public Task SendAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        var outgoing = new Outgoing(packet, null, 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Add(outgoing);
        return outgoing.Written!.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends a publish. Does not block, and does not throw where nothing can be written: <c>failed</c> has told of it.</summary>
    /// <param name="publish">It.</param>
    /// <param name="identifier">Its packet identifier; 0 with QoS 0.</param>
    public void Send(PendingPublish publish, ushort identifier) => Add(new Outgoing(null, publish, identifier, null));

    /// <summary>
    /// Takes nothing more, and fails with this what was given and not taken up by the writer. What the writer has taken up, which is
    /// everything that was given when its last write began, it goes on writing until the channel closes.
    /// </summary>
    public void End(Exception end)
    {
        lock (_lock)
        {
            _end ??= end;
            while (_given.TryDequeue(out var outgoing))
                outgoing.Written?.TrySetException(_end);
            Monitor.Pulse(_lock);
        }
    }

    private void Add(in Outgoing outgoing)
    {
        lock (_lock)
        {
            if (_end is not null)
            {
                outgoing.Written?.TrySetException(_end);
                return;
            }

            _given.Enqueue(outgoing);
            if (_thread is null)
            {
                _thread = new Thread(WriteAll) { IsBackground = true, Name = "MQTT out" };
                _thread.Start();
            }
            else if (_isWaiting)
            {
                _isWaiting = false;
                Monitor.Pulse(_lock);
            }
        }
    }

    private void WriteAll()
    {
        try
        {
            while (Wait())
            {
                for (var isFull = true; isFull;)
                {
                    isFull = Gather();
                    WriteGathered();
                }

                // For what the client sends, an answer perhaps, somebody waits.
                if (_toTell.Count == 0 && mayRest())
                    _rest.Worked();
            }
        }
        catch (Exception e)
        {
            // Part of a packet may be written: nothing can follow it.
            Fail(e);
        }
    }

    // False once nothing more comes.
    private bool Wait()
    {
        lock (_lock)
        {
            while (_given.Count == 0 && _end is null)
            {
                _isWaiting = true;
                Monitor.Wait(_lock);
            }

            _isWaiting = false;
            return _given.Count > 0;
        }
    }

    private void WriteGathered()
    {
        if (_gatheredBytes > 0)
            Write(new ReadOnlySequence<byte>(_gathered, 0, _gatheredBytes), isEndOfPacket: true);
        if (_large.Length > 0)
            WriteLarge();
        foreach (var outgoing in _toTell)
            Tell(outgoing);
    }

    // On a thread that has nothing else to do.
    private void Write(in ReadOnlySequence<byte> bytes, bool isEndOfPacket) =>
        channel.WriteAsync(bytes, isEndOfPacket, CancellationToken.None).GetAwaiter().GetResult();

    private void WriteLarge()
    {
        Write(new ReadOnlySequence<byte>(_large.Packet), isEndOfPacket: false);
        if (_large.Payload.Length > 0)
            Write(_large.Payload, isEndOfPacket: true);
        _large = default;
        _formatter.Cleanup();
    }

    // Whether it ended at the limit, and more may wait.
    private bool Gather()
    {
        _gatheredBytes = 0;
        _toTell.Clear();
        while (TryTake(out var next))
        {
            if (!TryEncode(next, out var bytes))
            {
                _taken.Dequeue();
                continue;
            }

            if (bytes.Length > GatheredBytesMax - _gatheredBytes)
            {
                // It is encoded again for the next write: seldom, once in a full buffer.
                if (_gatheredBytes > 0)
                    return true;
                _large = bytes;
            }
            else
            {
                bytes.Packet.AsSpan().CopyTo(_gathered.AsSpan(_gatheredBytes));
                bytes.Payload.CopyTo(_gathered.AsSpan(_gatheredBytes + bytes.Packet.Count));
                _gatheredBytes += bytes.Length;
                _formatter.Cleanup();
            }

            _taken.Dequeue();
            if (next.Written is not null || next.Identifier == 0)
                _toTell.Add(next);
            if (_large.Length > 0)
                return true;
        }

        return false;
    }

    // What does not encode fails alone: it is the caller's mistake, and ending the connection would only bring it back over the next one.
    private bool TryEncode(in Outgoing next, out MqttPacketBuffer bytes)
    {
        try
        {
            bytes = _formatter.Encode(next.Packet ?? MqttNetMessages.ToPacket(next.Publish!.Message, next.Identifier));
            return true;
        }
        catch (Exception e)
        {
            // MQTTnet's encoder keeps the properties that it had written and would put them into the next packet.
            _formatter = newFormatter();
            bytes = default;
            if (next.Publish is { } publish)
                refused(publish, next.Identifier, e);
            next.Written?.TrySetException(e);
            return false;
        }
    }

    private bool TryTake(out Outgoing next)
    {
        if (_taken.TryPeek(out next))
            return true;
        lock (_lock)
        {
            (_given, _taken) = (_taken, _given);
            return _taken.TryPeek(out next);
        }
    }

    private void Tell(in Outgoing outgoing)
    {
        if (outgoing.Publish is { } publish)
            written(publish);
        outgoing.Written?.TrySetResult();
    }

    private void Fail(Exception e)
    {
        End(e);
        foreach (var outgoing in _toTell.Concat(_taken))
            outgoing.Written?.TrySetException(e);
        failed(e);
    }

    private readonly record struct Outgoing(MqttPacket? Packet, PendingPublish? Publish, ushort Identifier, TaskCompletionSource? Written);
}
