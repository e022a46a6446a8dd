using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BoatTelemetry.Simulator.Air;

/// <summary>
/// A concentrator with its packet forwarder: tells the gateway over UDP what it received, keeps the way for downlinks
/// open, and says now and then how it fares. Without a <see cref="Transmitter"/> a downlink is answered with TX_FREQ, as
/// the real forwarder does for a frequency that its hardware may not send on, and counted.
/// </summary>
public sealed class Concentrator : IDisposable
{
    private const int DatagramBytesMax = 65_507;
    private const int HousekeepingMs = 10;

    private readonly Socket _socket;
    private readonly ConcentratorOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, InFlight> _inFlight = [];
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private readonly CancellationTokenSource _closing = new();
    private readonly Thread _receiver;
    private readonly Thread _housekeeper;
    private readonly Tally _total = new();
    private readonly Tally _sinceStatistics = new();
    private ushort _token;
    private long _resent;
    private long _sendFailures;
    private long _lateAcks;
    private long _pullAcks;
    private long _waitedForRoom;
    private long _downlinksSent;

    /// <param name="gateway">Where the gateway listens.</param>
    /// <param name="options">How it behaves.</param>
    public Concentrator(IPEndPoint gateway, ConcentratorOptions options)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(options);
        if (options.InFlightMax < 1 || options.AttemptsMax < 1)
            throw new ArgumentException("At least one datagram in flight and one attempt.", nameof(options));

        _options = options;
        _token = (ushort)Random.Shared.Next(ushort.MaxValue);
        _socket = new Socket(gateway.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Connect(gateway);
        _receiver = new Thread(Receive) { IsBackground = true, Name = "concentrator receive" };
        _housekeeper = new Thread(KeepHouse) { IsBackground = true, Name = "concentrator timers" };
        _receiver.Start();
        _housekeeper.Start();
    }

    /// <summary>
    /// Takes a downlink for sending: null, or the error that TX_ACK is to name. Called on the concentrator's own thread.
    /// </summary>
    public Func<Downlink, string?>? Transmitter { get; set; }

    /// <summary>What it did until now.</summary>
    public ConcentratorCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return new ConcentratorCounters(
                    _total.Heard,
                    _total.Acknowledged,
                    _total.GivenUp,
                    _resent,
                    _sendFailures,
                    _lateAcks,
                    _pullAcks,
                    _total.Downlinks,
                    _waitedForRoom,
                    _downlinksSent);
            }
        }
    }

    /// <summary>
    /// Takes a frame from the air and forwards it at once. Waits first while <see cref="ConcentratorOptions.InFlightMax"/>
    /// datagrams are without an answer; each of them is acknowledged or given up in the end.
    /// </summary>
    public void Hear(Reception reception)
    {
        ArgumentNullException.ThrowIfNull(reception);
        WaitForRoom();
        var json = new StringBuilder("{\"rxpk\":[");
        reception.AppendJson(json);
        json.Append("]}");
        lock (_gate)
        {
            _total.Heard++;
            _sinceStatistics.Heard++;
            Push(json.ToString(), frames: 1);
        }
    }

    /// <summary>Waits until every datagram has been acknowledged or given up. False if that takes longer than asked for.</summary>
    public bool WaitUntilSettled(TimeSpan longest)
    {
        var until = Environment.TickCount64 + (long)longest.TotalMilliseconds;
        while (Environment.TickCount64 < until)
        {
            lock (_gate)
            {
                if (_inFlight.Count == 0)
                    return true;

                _room.Reset();
            }

            _room.Wait(HousekeepingMs);
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
        _receiver.Join();
        _housekeeper.Join();
        _closing.Dispose();
        _room.Dispose();
    }

    private void WaitForRoom()
    {
        for (var first = true; ; first = false)
        {
            lock (_gate)
            {
                if (_inFlight.Count < _options.InFlightMax)
                    return;

                if (first)
                    _waitedForRoom++;

                _room.Reset();
            }

            _room.Wait(_closing.Token);
        }
    }

    // Under the lock.
    private void Push(string json, int frames)
    {
        do
            _token++;
        while (_inFlight.ContainsKey(_token));

        var datagram = ForwarderDatagram.Write(ForwarderDatagramKind.PushData, _token, _options.Eui, json);
        _inFlight.Add(_token, new InFlight(datagram, frames, Environment.TickCount64));
        Send(datagram);
    }

    // A gateway that is not there answers with an ICMP message, which a later call on the socket reports.
    private void Send(byte[] datagram)
    {
        try
        {
            _socket.Send(datagram);
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _sendFailures);
        }
    }

    private void Receive()
    {
        var buffer = new byte[DatagramBytesMax];
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var length = _socket.Receive(buffer);
                if (ForwarderDatagram.TryRead(buffer.AsSpan(0, length), out var kind, out var token))
                    Take(kind, token, buffer.AsMemory(ForwarderDatagram.HeaderBytes, length - ForwarderDatagram.HeaderBytes));
            }
            catch (SocketException)
            {
                // The ICMP message for a datagram sent before, or the socket's closing.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(ForwarderDatagramKind kind, ushort token, ReadOnlyMemory<byte> json)
    {
        lock (_gate)
        {
            switch (kind)
            {
                case ForwarderDatagramKind.PushAck:
                    Acknowledge(token);
                    break;
                case ForwarderDatagramKind.PullAck:
                    _pullAcks++;
                    break;
                case ForwarderDatagramKind.PullResp:
                    Transmit(token, json);
                    break;
                default:
                    break;
            }
        }
    }

    // Under the lock.
    private void Transmit(ushort token, ReadOnlyMemory<byte> json)
    {
        _total.Downlinks++;
        _sinceStatistics.Downlinks++;
        var error = "TX_FREQ";
        if (Transmitter is { } transmitter && Downlink.Read(json) is { } order)
            error = transmitter(order);

        if (error is null)
        {
            _downlinksSent++;
            _sinceStatistics.DownlinksSent++;
        }

        Send(ForwarderDatagram.Write(
            ForwarderDatagramKind.TxAck, token, _options.Eui, $"{{\"txpk_ack\":{{\"error\":\"{error ?? "NONE"}\"}}}}"));
    }

    private void Acknowledge(ushort token)
    {
        if (!_inFlight.Remove(token, out var answered))
        {
            _lateAcks++;
            return;
        }

        _total.Acknowledged += answered.Frames;
        _sinceStatistics.Acknowledged += answered.Frames;
        _room.Set();
    }

    private void KeepHouse()
    {
        long nextKeepAliveMs = Environment.TickCount64;
        var nextStatisticsMs = nextKeepAliveMs + _options.StatisticsMs;
        while (!_closing.Token.WaitHandle.WaitOne(HousekeepingMs))
        {
            var nowMs = Environment.TickCount64;
            lock (_gate)
            {
                try
                {
                    SendAgain(nowMs);
                    if (nowMs >= nextKeepAliveMs)
                    {
                        nextKeepAliveMs = nowMs + _options.KeepAliveMs;
                        Send(ForwarderDatagram.Write(ForwarderDatagramKind.PullData, ++_token, _options.Eui, string.Empty));
                    }

                    if (nowMs >= nextStatisticsMs)
                    {
                        nextStatisticsMs = nowMs + _options.StatisticsMs;
                        Push(Statistics(), frames: 0);
                    }
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }

    private void SendAgain(long nowMs)
    {
        foreach (var (token, waiting) in _inFlight)
        {
            if (nowMs - waiting.SentMs < _options.AckWaitMs)
                continue;

            if (waiting.Attempts == _options.AttemptsMax)
            {
                // Removing what the loop stands on is what .NET's dictionary allows.
                _inFlight.Remove(token);
                _total.GivenUp += waiting.Frames;
                _room.Set();
                continue;
            }

            waiting.Attempts++;
            waiting.SentMs = nowMs;
            _resent++;
            Send(waiting.Datagram);
        }
    }

    // The recorded forwarder's message, without the temperature that this one cannot measure.
    private string Statistics()
    {
        var counts = _sinceStatistics;
        var percent = counts.Heard == 0 ? 0 : 100.0 * counts.Acknowledged / counts.Heard;
        var json = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"stat\":{{\"time\":\"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} GMT\",\"rxnb\":{counts.Heard},\"rxok\":{counts.Heard},\"rxfw\":{counts.Heard},\"ackr\":{Math.Min(100, percent):0.0},\"dwnb\":{counts.Downlinks},\"txnb\":{counts.DownlinksSent}}}}}");
        _sinceStatistics.Clear();
        return json;
    }

    private sealed class Tally
    {
        public long Heard { get; set; }

        public long Acknowledged { get; set; }

        public long GivenUp { get; set; }

        public long Downlinks { get; set; }

        public long DownlinksSent { get; set; }

        public void Clear()
        {
            Heard = 0;
            Acknowledged = 0;
            GivenUp = 0;
            Downlinks = 0;
            DownlinksSent = 0;
        }
    }
}
