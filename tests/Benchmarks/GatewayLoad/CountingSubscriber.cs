using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>
/// An MQTT 5 subscriber that does as little as one can: it finds unit and counter in each PUBLISH of a position, notes when, and acknowledges.
/// It shares the cores with what it measures, so it is not a client library.
/// </summary>
internal sealed class CountingSubscriber : IDisposable
{
    private const int PublishType = 3;
    private const int BufferBytes = 1 << 20;

    // MQTT 5 sections 3.1 and 3.8: CONNECT with clean start, Receive Maximum 65,535, client id "count"; SUBSCRIBE to patrol/v1/# with QoS 1.
    private static readonly byte[] _connect =
        [0x10, 21, 0, 4, .. "MQTT"u8, 5, 0x02, 0, 0, 3, 0x21, 0xFF, 0xFF, 0, 5, .. "count"u8];

    private static readonly byte[] _subscribe = [0x82, 17, 0, 1, 0, 0, 11, .. "patrol/v1/#"u8, 0x01];

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _acks = new byte[BufferBytes];
    private readonly Thread _thread;
    private readonly int _units;
    private readonly bool _rests;
    private readonly long[] _arrivedAt;
    private long _received;
    private long _again;
    private volatile bool _isReady;
    private volatile bool _isStopping;
    private int _acksLength;

    /// <param name="port">The broker's.</param>
    /// <param name="units">As in <see cref="LoadDatagrams"/>.</param>
    /// <param name="framesMax">Frames with a larger number are not looked for.</param>
    /// <param name="rests">Whether it gathers what comes for a millisecond.</param>
    public CountingSubscriber(int port, int units, long framesMax, bool rests = false)
    {
        _units = units;
        _rests = rests;
        _arrivedAt = new long[framesMax];
        _socket.Connect("127.0.0.1", port);
        _socket.Send(_connect);
        _socket.Send(_subscribe);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
        if (!SpinWait.SpinUntil(() => _isReady, TimeSpan.FromSeconds(10)))
            throw new InvalidOperationException("The broker does not take the subscription.");
    }

    /// <summary>Different frames that arrived.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Frames that arrived once more.</summary>
    public long Again => Volatile.Read(ref _again);

    /// <summary>The time stamp at which a frame arrived; 0 if it did not.</summary>
    public long ArrivedAt(long frame) => Volatile.Read(ref _arrivedAt[frame]);

    public void Dispose()
    {
        _isStopping = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            var filled = 0;

            // If asked to, as a client that reads and answers by the millisecond behind a stream: its gathered acknowledgements cost the broker less.
            var rest = _rests ? new GatheringRest(TimeProvider.System) : null;
            while (true)
            {
                var read = _socket.Receive(_buffer.AsSpan(filled));
                if (read == 0)
                    return;
                filled += read;
                var used = TakePackets(_buffer.AsSpan(0, filled), Stopwatch.GetTimestamp());
                _buffer.AsSpan(used, filled - used).CopyTo(_buffer);
                filled -= used;
                if (_acksLength > 0)
                    _socket.Send(_acks.AsSpan(0, _acksLength));
                _acksLength = 0;
                rest?.Worked();
            }
        }
        catch (SocketException) when (_isStopping)
        {
            // Disposed.
        }
        catch (ObjectDisposedException) when (_isStopping)
        {
            // Disposed.
        }
    }

    private int TakePackets(ReadOnlySpan<byte> bytes, long now)
    {
        var used = 0;
        while (TryReadLength(bytes[used..], 1, out var headerBytes, out var length) && bytes.Length - used >= headerBytes + length)
        {
            var type = bytes[used] >> 4;
            var qos = (bytes[used] >> 1) & 3;
            var packet = bytes.Slice(used + headerBytes, length);
            if (type == PublishType)
                TakePublish(packet, qos, now);
            else if (type == 9)
                _isReady = true;
            used += headerBytes + length;
        }

        return used;
    }

    private void TakePublish(ReadOnlySpan<byte> packet, int qos, long now)
    {
        var topicLength = BinaryPrimitives.ReadUInt16BigEndian(packet);
        var topic = packet.Slice(2, topicLength);
        var rest = packet[(2 + topicLength)..];
        if (qos > 0)
        {
            byte[] head = [0x40, 2];
            head.CopyTo(_acks, _acksLength);
            rest[..2].CopyTo(_acks.AsSpan(_acksLength + 2));
            _acksLength += 4;
            rest = rest[2..];
        }

        if (!topic.EndsWith("/position"u8) || !TryReadLength(rest, 0, out var lengthBytes, out var propertyBytes))
            return;
        var payload = rest[(lengthBytes + propertyBytes)..];
        var unitText = topic[..^9];
        var at = payload.IndexOf("\"counter\":"u8);
        if (at < 0
            || !Utf8Parser.TryParse(unitText[(unitText.LastIndexOf((byte)'/') + 1)..], out int unit, out _)
            || !Utf8Parser.TryParse(payload[(at + 10)..], out long counter, out _))
        {
            return;
        }

        var frame = (counter * _units) + unit;
        if (frame >= _arrivedAt.Length)
            return;
        if (_arrivedAt[frame] != 0)
        {
            Interlocked.Increment(ref _again);
            return;
        }

        Volatile.Write(ref _arrivedAt[frame], now);
        Volatile.Write(ref _received, _received + 1);
    }

    // Variable byte integer, MQTT 5 section 1.5.5.
    private static bool TryReadLength(ReadOnlySpan<byte> bytes, int at, out int endsAt, out int length)
    {
        length = 0;
        for (endsAt = at; endsAt < bytes.Length && endsAt < at + 4;)
        {
            var one = bytes[endsAt];
            length |= (one & 0x7F) << (7 * (endsAt++ - at));
            if ((one & 0x80) == 0)
                return true;
        }

        return false;
    }
}
