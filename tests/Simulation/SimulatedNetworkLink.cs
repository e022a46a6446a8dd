using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>Cellular or Wi-Fi as the unit sees it: one frame at a time, and a driver that may not notice an outage.</summary>
public sealed class SimulatedNetworkLink : IUnitLink, IOutsideUnit
{
    private const int QueueMax = 8;

    private readonly LinkReach _reach;
    private readonly VoyageClock _clock;
    private readonly Agenda _agenda;
    private readonly int _sendMs;
    private readonly Queue<byte[]> _received = new();
    private long _readyMs;

    public SimulatedNetworkLink(LinkKind kind, LinkReach reach, VoyageClock clock, Agenda agenda, long startMs)
    {
        (Kind, _reach, _clock, _agenda) = (kind, reach, clock, agenda);
        _sendMs = kind == LinkKind.Wifi ? 30 : 200;
        _readyMs = clock.TrueMs + startMs;
    }

    /// <summary>Told of each frame that goes out.</summary>
    public Action<byte[]>? OnAir { get; set; }

    /// <inheritdoc/>
    public LinkKind Kind { get; }

    /// <inheritdoc/>
    public int FrameBytesMax => FrameLimits.FrameBytesMax;

    /// <inheritdoc/>
    public int RssiDbm => RadioLevel.Unknown;

    /// <inheritdoc/>
    public int SnrCdb => RadioLevel.Unknown;

    /// <inheritdoc/>
    public LinkState State
    {
        get
        {
            if (!_reach.IsUp && _reach.DriverSees)
                return LinkState.Starting;
            return _clock.TrueMs < _readyMs ? LinkState.Busy : LinkState.Ready;
        }
    }

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (State != LinkState.Ready)
            return State == LinkState.Busy ? LinkResult.Busy : LinkResult.Down;
        _readyMs = _clock.TrueMs + _sendMs;
        _agenda.At(_readyMs, static () => { });
        OnAir?.Invoke(frame.AsSpan(offset, length).ToArray());
        return LinkResult.Sent;
    }

    public void Arrive(byte[] frame)
    {
        if (_received.Count < QueueMax)
            _received.Enqueue(frame);
    }

    /// <inheritdoc/>
    public void Poll(long monotonicMs)
    {
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (!_received.TryDequeue(out var frame) || frame.Length > buffer.Length - offset)
            return 0;
        frame.CopyTo(buffer, offset);
        return frame.Length;
    }
}
