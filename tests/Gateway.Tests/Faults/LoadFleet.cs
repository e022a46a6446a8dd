using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>What the boats of a run do.</summary>
internal sealed record LoadOptions
{
    /// <summary>One live frame a second each. Half of them are heard by concentrators, half come over a mobile network.</summary>
    public int Boats { get; init; } = 100;

    /// <summary>New events a second of all boats on the mobile network together.</summary>
    public int EventsPerS { get; init; } = 50;

    /// <summary>Datagrams lost on the way to the gateway and back, percent.</summary>
    public int LossPercent { get; init; }

    /// <summary>An event without acknowledgement is sent again after this.</summary>
    public int AgainAfterMs { get; init; } = 2_000;

    /// <summary>Boats and events that make about so many frames a second together.</summary>
    public static LoadOptions OfRate(int framesPerS) => new() { Boats = framesPerS * 3 / 5, EventsPerS = framesPerS / 10 };
}

/// <summary>
/// Many boats in front of two packet forwarders and a mobile network: keeps a rate, takes acknowledgements, and goes on
/// whatever the gateway does. UDP to a gateway that is gone is lost, as at sea.
/// </summary>
internal sealed class LoadFleet : IAsyncDisposable
{
    private const int TickMs = 5;
    private const byte PullData = 2;
    private const byte PullResp = 3;
    private const byte TxAck = 5;
    private static readonly TimeSpan _keepAlive = TimeSpan.FromSeconds(1);

    private readonly LoadOptions _options;
    private readonly Random _random;
    private readonly Lock _randomLock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Socket[] _forwarders;
    private readonly Socket _mobile;
    private readonly List<Task> _loops = [];
    private readonly Dictionary<int, LoadBoat> _boats;
    private long _datagrams;
    private long _lost;
    private int _token;

    public LoadFleet(LoadOptions options, int forwarderPort, int mobilePort, Random random)
    {
        _options = options;
        _random = random;
        _boats = Enumerable.Range(1, options.Boats).ToDictionary(unit => unit, unit => new LoadBoat(unit, isCellular: unit % 2 == 0));
        _forwarders = [Connected(forwarderPort), Connected(forwarderPort)];
        _mobile = Connected(mobilePort);
    }

    public IReadOnlyCollection<LoadBoat> Boats => _boats.Values;

    /// <summary>Whether events are raised; those without acknowledgement are sent again either way.</summary>
    public bool RaisesEvents { get; set; } = true;

    /// <summary>Whether positions are sent.</summary>
    public bool SendsPositions { get; set; } = true;

    public long Datagrams => Interlocked.Read(ref _datagrams);

    public long Lost => Interlocked.Read(ref _lost);

    public int Unacknowledged => _boats.Values.Sum(boat => boat.Unacknowledged);

    public void Start()
    {
        _loops.Add(Task.Run(SendAsync));
        for (var i = 0; i < _forwarders.Length; i++)
        {
            var index = i;
            _loops.Add(Task.Run(() => KeepAliveAsync(index)));
            _loops.Add(Task.Run(() => ReceiveAsync(_forwarders[index], datagram => TakePullResp(index, datagram))));
        }

        _loops.Add(Task.Run(() => ReceiveAsync(_mobile, Deliver)));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var socket in _forwarders)
            socket.Dispose();
        _mobile.Dispose();
        foreach (var boat in _boats.Values)
            boat.Dispose();
        _end.Dispose();
    }

    private static Socket Connected(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    // Paced by the clock and not by the ticks: a tick that came late makes up for it.
    private async Task SendAsync()
    {
        var boats = _boats.Values.ToArray();
        var mobile = boats.Where(boat => boat.IsCellular).ToArray();
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs));
        long positions = 0;
        long events = 0;
        while (await Tick(timer))
        {
            var elapsedMs = watch.ElapsedMilliseconds;
            for (; positions < elapsedMs * boats.Length / 1000; positions++)
            {
                if (SendsPositions)
                    SendLive(boats[positions % boats.Length]);
            }

            for (; events < elapsedMs * _options.EventsPerS / 1000; events++)
                SendDurable(mobile[events % mobile.Length], elapsedMs, RaisesEvents);
        }
    }

    private async ValueTask<bool> Tick(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_end.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void SendLive(LoadBoat boat)
    {
        var frame = boat.NextLive(DateTime.UtcNow);
        if (boat.IsCellular)
        {
            Send(_mobile, frame);
            return;
        }

        // Both concentrators hear it.
        for (var i = 0; i < _forwarders.Length; i++)
            Send(_forwarders[i], TestConcentrator.PushData(Eui(i), (ushort)Interlocked.Increment(ref _token), frame));
    }

    private void SendDurable(LoadBoat boat, long nowMs, bool raisesNew)
    {
        if (boat.NextDurable(DateTime.UtcNow, nowMs, _options.AgainAfterMs, raisesNew) is { } frame)
            Send(_mobile, frame);
    }

    private static ulong Eui(int forwarder) => 0xAA555A0000000000 + (ulong)forwarder;

    private void Send(Socket socket, byte[] datagram)
    {
        Interlocked.Increment(ref _datagrams);
        if (IsLost())
            return;
        try
        {
            socket.Send(datagram);
        }
        catch (SocketException)
        {
            // Nobody listens now: lost, as it would be at sea.
            Interlocked.Increment(ref _lost);
        }
    }

    private bool IsLost()
    {
        if (_options.LossPercent == 0)
            return false;
        lock (_randomLock)
        {
            if (_random.Next(100) >= _options.LossPercent)
                return false;
        }

        Interlocked.Increment(ref _lost);
        return true;
    }

    private async Task KeepAliveAsync(int forwarder)
    {
        using var timer = new PeriodicTimer(_keepAlive);
        do
            Send(_forwarders[forwarder], TestConcentrator.Datagram(Eui(forwarder), (ushort)Interlocked.Increment(ref _token), PullData, ""));
        while (await Tick(timer));
    }

    private async Task ReceiveAsync(Socket socket, Action<byte[]> take)
    {
        var buffer = new byte[ushort.MaxValue];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveAsync(buffer, _end.Token);
                if (!IsLost())
                    take(buffer[..length]);
            }
            catch (SocketException)
            {
                // The answer of a machine where no gateway listens.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void TakePullResp(int forwarder, byte[] datagram)
    {
        if (datagram.Length < 5 || datagram[3] != PullResp)
            return;
        var token = BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(1));
        Send(_forwarders[forwarder], TestConcentrator.Datagram(Eui(forwarder), token, TxAck, """{"txpk_ack":{"error":"NONE"}}"""));
        var txpk = JsonDocument.Parse(datagram.AsMemory(4)).RootElement.GetProperty("txpk");
        Deliver(Convert.FromBase64String(txpk.GetProperty("data").GetString()!));
    }

    private void Deliver(byte[] frame)
    {
        var header = new FrameHeader();
        if (header.Read(frame, 0, frame.Length, FrameDirection.Downlink) == FrameRejection.None
            && _boats.TryGetValue(header.Unit, out var boat))
        {
            boat.Hear(frame, DateTime.UtcNow);
        }
    }
}
