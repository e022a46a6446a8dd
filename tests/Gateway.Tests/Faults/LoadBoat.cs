using System.Collections.Concurrent;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>
/// A boat of which many run in one process: it seals live positions and durable frames of every kind as Core does, keeps each durable one until an
/// acknowledgement covers it, and sends it again meanwhile. What a frame says follows from its counter, so whoever
/// receives it can tell whether it came through whole.
/// </summary>
internal sealed class LoadBoat : IFrameOpener, IDisposable
{
    /// <summary>Named limit: durable frames without an acknowledgement; beyond it the boat makes none. An acknowledgement's bitmap covers them.</summary>
    public const int UnacknowledgedMax = 24;

    private readonly PlatformAesCcm _cipher;
    private readonly FrameCodec _codec = new();
    private readonly DownlinkWindow _downlinks = new(LiveCounter.None);
    private readonly LivePosition _position = new() { Quality = FixQuality.Autonomous, Movement = Movement.UnderWay };
    private readonly LoadDurable _records;
    private readonly byte[] _scratch = new byte[FrameLimits.FrameBytesMax];
    private readonly SortedDictionary<uint, (byte[] Frame, long SentMs)> _unacknowledged = [];
    private readonly Lock _lock = new();
    private uint _live;
    private uint _durable;

    public LoadBoat(int unit, bool isCellular)
    {
        Unit = unit;
        IsCellular = isCellular;
        Key = [.. Enumerable.Range(0, PlatformAesCcm.KeyBytes).Select(i => (byte)((unit * 31) + (i * 7)))];
        _cipher = new PlatformAesCcm(Key);
        _records = new LoadDurable(unit, _cipher);
    }

    public int Unit { get; }

    public bool IsCellular { get; }

    public byte[] Key { get; }

    /// <summary>Counters that the shore has said it holds.</summary>
    public ConcurrentQueue<uint> Acknowledged { get; } = new();

    public int LiveSent => (int)_live;

    public int RecordsMade => (int)_durable;

    public int Unacknowledged
    {
        get
        {
            lock (_lock)
                return _unacknowledged.Count;
        }
    }

    /// <summary>Downlinks that were not this boat's, not genuine, or old.</summary>
    public int DownlinksRefused { get; private set; }

    /// <summary>The latitude of a live frame, degrees x 10^5.</summary>
    public static int LatitudeE5(uint counter) => (int)(counter % 100_000);

    /// <summary>The next position.</summary>
    public byte[] NextLive(DateTime utc)
    {
        lock (_lock)
        {
            var counter = _live++;
            _position.LatitudeE5 = LatitudeE5(counter);
            _position.LongitudeE5 = 10_400_000 + Unit;
            _position.SecondOfDay = (int)utc.TimeOfDay.TotalSeconds;
            _position.SogDeciknots = 123;
            _position.CogDeg = 231;
            return _scratch[.._codec.SealLive(_position, _cipher, OperatingArea.Indonesia, Unit, counter, _scratch, 0)];
        }
    }

    /// <summary>A new durable frame, or one that has waited long enough for its acknowledgement; null if there is neither.</summary>
    public byte[]? NextDurable(DateTime utc, long nowMs, int againAfterMs, bool raisesNew)
    {
        lock (_lock)
        {
            foreach (var (counter, (frame, sentMs)) in _unacknowledged)
            {
                if (nowMs - sentMs < againAfterMs)
                    continue;
                _unacknowledged[counter] = (frame, nowMs);
                return frame;
            }

            if (!raisesNew || _unacknowledged.Count >= UnacknowledgedMax)
                return null;
            var next = _durable++;
            var made = _records.Seal(next, _unacknowledged.Count > 0 ? _unacknowledged.Keys.First() : next, utc);
            _unacknowledged.Add(next, (made, nowMs));
            return made;
        }
    }

    /// <summary>A frame from shore.</summary>
    public void Hear(byte[] frame, DateTime utc)
    {
        lock (_lock)
        {
            var nowMs = new DateTimeOffset(utc, TimeSpan.Zero).ToUnixTimeMilliseconds();
            if (_codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Downlink) != FrameRejection.None
                || _codec.Header.Unit != Unit
                || _codec.Header.Kind != FrameKind.Acknowledgement
                || _downlinks.Judge(_codec.Header.CounterLow, nowMs, this, out _) != DownlinkVerdict.Accepted
                || _codec.ReadBody() != FrameRejection.None)
            {
                DownlinksRefused++;
                return;
            }

            foreach (var counter in _unacknowledged.Keys.Where(_codec.Acknowledgement.Covers).ToArray())
            {
                _unacknowledged.Remove(counter);
                Acknowledged.Enqueue(counter);
            }
        }
    }

    public void Dispose() => _cipher.Dispose();

    bool IFrameOpener.Opens(uint counter) => _codec.Open(_cipher, OperatingArea.Indonesia, counter) == FrameRejection.None;
}
