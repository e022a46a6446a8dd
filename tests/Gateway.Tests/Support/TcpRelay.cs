using System.Net;
using System.Net.Sockets;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>One client's way to a server on this machine, which a test can cut: connections end, and new ones are refused.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly int _serverPort;
    private readonly List<TcpClient> _open = [];
    private readonly List<Task> _loops = [];
    private readonly Lock _lock = new();
    private TcpListener? _listener;

    public TcpRelay(int serverPort)
    {
        _serverPort = serverPort;
        Mend();
    }

    public int Port { get; private set; }

    /// <summary>How a connection's bytes come from the server; at once unless a test says otherwise.</summary>
    public Func<Stream, Stream, Task> FromServer { get; set; } = static (server, client) => server.CopyToAsync(client);

    public void Cut()
    {
        lock (_lock)
        {
            _listener?.Dispose();
            _listener = null;
            _open.ForEach(static client => client.Dispose());
            _open.Clear();
        }
    }

    /// <summary>The way is there again, at the same port.</summary>
    public void Mend()
    {
        lock (_lock)
        {
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _loops.Add(AcceptAsync(_listener));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await Task.WhenAll(_loops);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                lock (_lock)
                {
                    if (_listener != listener)
                        client.Dispose();
                    _open.AddRange([client, server]);
                }

                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                lock (_lock)
                    _loops.AddRange([CopyAsync(client, server, static (from, to) => from.CopyToAsync(to)), CopyAsync(server, client, FromServer)]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    // The end of one way is the end of both.
    private static async Task CopyAsync(TcpClient from, TcpClient to, Func<Stream, Stream, Task> copyAsync)
    {
        await Task.Yield();
        try
        {
            await copyAsync(from.GetStream(), to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }

        from.Dispose();
        to.Dispose();
    }
}
