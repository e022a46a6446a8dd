using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// Where a simulated modem's datagrams go: to the server that the unit names, over the machine's own UDP, or to a test.
/// </summary>
public sealed class SimulatedModemSocket : IDisposable
{
    private readonly Action<byte[]>? _onSent;
    private readonly Queue<byte[]> _waiting = new();
    private readonly Lock _gate = new();
    private UdpClient? _udp;
    private IPEndPoint? _server;
    private bool _isTold;

    /// <param name="onSent">Takes what the unit sends; null sends it to the server named in the command.</param>
    public SimulatedModemSocket(Action<byte[]>? onSent = null)
    {
        _onSent = onSent;
    }

    /// <summary>Whether a datagram waits that the unit has not been told of.</summary>
    public bool HasNews
    {
        get
        {
            lock (_gate)
            {
                Receive();
                return _waiting.Count > 0 && !_isTold;
            }
        }
    }

    /// <summary>A datagram from shore.</summary>
    public void Deliver(byte[] datagram)
    {
        lock (_gate)
        {
            _waiting.Enqueue(datagram);
            _isTold = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _udp?.Dispose();

    internal bool Open(string host, int port)
    {
        if (_onSent is not null)
            return true;

        try
        {
            var address = IPAddress.TryParse(host, out var given)
                ? given
                : Dns.GetHostAddresses(host, AddressFamily.InterNetwork)[0];
            _server = new IPEndPoint(address, port);
            _udp?.Dispose();
            _udp = new UdpClient(new IPEndPoint(IPAddress.Any, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    internal void Send(byte[] datagram)
    {
        if (_onSent is not null)
            _onSent(datagram);
        else
            _udp?.Send(datagram, _server);
    }

    internal void Told()
    {
        lock (_gate)
            _isTold = true;
    }

    internal byte[]? Take()
    {
        lock (_gate)
        {
            Receive();
            return _waiting.TryDequeue(out var datagram) ? datagram : null;
        }
    }

    private void Receive()
    {
        while (_udp is { Available: > 0 })
        {
            var from = new IPEndPoint(IPAddress.Any, 0);
            _waiting.Enqueue(_udp.Receive(ref from));
            _isTold = false;
        }
    }
}
