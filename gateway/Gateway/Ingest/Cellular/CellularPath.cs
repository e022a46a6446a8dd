using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Downlink;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

/// <summary>
/// The way back to whoever sent from an endpoint: behind a carrier's NAT the one that a unit's newest genuine frame came
/// from, which only the admission can know. One frame a datagram, which is what a unit's ring takes.
/// </summary>
internal sealed class CellularPath(SocketAddress endpoint, Func<Socket?> socket, CellularMetrics metrics) : IDownlinkPath
{
    // The one that was given is the receiving loop's own and changes with the next datagram.
    private readonly SocketAddress _endpoint = Copy(endpoint);

    /// <inheritdoc/>
    public string Name
    {
        get
        {
            var any = new IPEndPoint(_endpoint.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
            return $"udp/{any.Create(_endpoint)}";
        }
    }

    /// <inheritdoc/>
    public UplinkLink Link => UplinkLink.Cellular;

    /// <inheritdoc/>
    public Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken)
    {
        var outcome = Send(frame.Span);
        metrics.Downlinks.Add(outcome);
        return Task.FromResult(outcome);
    }

    private DownlinkOutcome Send(ReadOnlySpan<byte> frame)
    {
        if (socket() is not { } open)
            return DownlinkOutcome.NotConnected;
        try
        {
            // Not by an asynchronous call (UdpReceiver).
            open.SendTo(frame, SocketFlags.None, _endpoint);
            return DownlinkOutcome.Sent;
        }
        catch (SocketException)
        {
            metrics.SocketErrors.Add();
            return DownlinkOutcome.Refused;
        }
        catch (ObjectDisposedException)
        {
            return DownlinkOutcome.NotConnected;
        }
    }

    private static SocketAddress Copy(SocketAddress from)
    {
        var copy = new SocketAddress(from.Family, from.Size);
        from.Buffer.Span[..from.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
