using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Takes the datagrams of a port one after the other, on a thread of its own that blocks in the kernel: through the runtime's poller each
/// datagram wakes two threads, one that learns of it and one that takes it. In a stream the thread rests between drains
/// (<see cref="GatheringRest"/>), and the kernel's buffer holds what comes meanwhile.
/// </summary>
/// <remarks>
/// All who use the socket must do so without the runtime's asynchronous calls: after the first of those it does not block any more, and all
/// go through the poller.
/// </remarks>
/// <param name="socket">A bound one. It is closed by <see cref="Stop"/>, which is what ends a blocking receive.</param>
/// <param name="datagramBytesMax">A longer one is cut off.</param>
/// <param name="take">Is given each datagram and where it came from; both are overwritten by the next.</param>
/// <param name="failed">Is told of an error, after which it goes on.</param>
/// <param name="time">Clock.</param>
internal sealed class UdpReceiver(
    Socket socket, int datagramBytesMax, UdpReceiver.Take take, Action<SocketException> failed, TimeProvider time) : IDisposable
{
    private const int RetryDelayMaxMs = 1000;

    // Where closing a socket does not end a receive on it (macOS), it stops that late.
    private const int LookUs = 1_000_000;

    private readonly byte[] _datagram = new byte[datagramBytesMax];
    private readonly CancellationTokenSource _stop = new();
    private int _failures;
    private bool _isDisposed;

    /// <summary>Takes a datagram.</summary>
    public delegate void Take(ReadOnlyMemory<byte> datagram, SocketAddress from);

    /// <summary>Runs until it is stopped; the task completes with it.</summary>
    public Task RunAsync() =>
        Task.Factory.StartNew(ReceiveAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Closes the socket, and lets it end behind the datagram that it is at.</summary>
    public void Stop()
    {
        _stop.Cancel();
        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A stage after this one may not have started: then nobody has stopped it.
        if (!_isDisposed)
            Stop();
        _isDisposed = true;
        _stop.Dispose();
    }

    private void ReceiveAll()
    {
        var from = new SocketAddress(socket.AddressFamily);
        var rest = new GatheringRest(time);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!socket.Poll(LookUs, SelectMode.SelectRead))
                    continue;
                Drain(from);
                rest.Worked();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException && _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // An error that stays must not turn into a busy loop.
                failed(e);
                var delayMs = Math.Min(RetryDelayMaxMs, 1 << Math.Min(_failures++, 10));
                Task.Delay(TimeSpan.FromMilliseconds(delayMs), time, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            }
        }
    }

    // At least one, which has no bytes perhaps.
    private void Drain(SocketAddress from)
    {
        do
        {
            var length = socket.ReceiveFrom(_datagram, SocketFlags.None, from);
            _failures = 0;
            take(_datagram.AsMemory(0, length), from);
        }
        while (socket.Available > 0 && !_stop.IsCancellationRequested);
    }
}
