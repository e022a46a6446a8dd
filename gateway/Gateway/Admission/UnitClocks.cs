using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// Measures the clocks of units by the frames that tell what time it was when they were made. Every such frame says at the most how far
/// the unit is ahead: waiting for air time, a way over a mobile network and the cut to whole seconds only make it look further
/// behind. So the largest of many is the best, as in Cristian's algorithm (Distributed Computing 3, 1989), and one is
/// enough to know that a clock is ahead, while that it is behind takes <see cref="SamplesToTrustBehind"/>.
/// </summary>
/// <remarks>
/// The largest is taken over the present period of <see cref="PeriodMs"/> and the one before, so that a clock that was set right is
/// seen to be right after two periods at the latest. 32 bytes a unit, made when it is first measured in blocks of 256. One thread
/// measures, any may ask.
/// </remarks>
public sealed class UnitClocks(int clockSkewMaxS) : IUnitClockSkew
{
    /// <summary>How long the largest is kept, once or twice.</summary>
    public const int PeriodMs = 600_000;

    /// <summary>Samples in the present period and the one before that make "behind" believable.</summary>
    public const int SamplesToTrustBehind = 4;

    /// <summary>
    /// A status that is older on arrival says nothing of the clock: it waited in the unit's record. One from the future cannot have.
    /// </summary>
    public const int FreshMs = 120_000;

    private const int BlockUnits = 256;

    private readonly Clock[]?[] _blocks = new Clock[(FrameHeader.UnitMax + BlockUnits) / BlockUnits][];
    private readonly long _limitMs = clockSkewMaxS * 1000L;
    private int _beyondLimit;

    /// <inheritdoc/>
    public int BeyondLimit => Volatile.Read(ref _beyondLimit);

    /// <inheritdoc/>
    public bool TryGet(int unit, out UnitClockSkew skew)
    {
        skew = default;
        if (Volatile.Read(ref _blocks[unit / BlockUnits]) is not { } block)
            return false;
        lock (block)
        {
            ref var clock = ref block[unit % BlockUnits];
            skew = new UnitClockSkew(clock.SkewMs, clock.MeasuredUtcMs, clock.IsBeyondLimit);
            return clock.Samples > 0;
        }
    }

    /// <summary>A frame made at <paramref name="unitUtcMs"/> by the unit's clock came in at <paramref name="receivedUtcMs"/> by the gateway's.</summary>
    public void Measure(int unit, long unitUtcMs, long receivedUtcMs)
    {
        if (unitUtcMs == UtcTime.Unknown)
            return;
        var aheadMs = Math.Min(unitUtcMs - receivedUtcMs, int.MaxValue);
        if (aheadMs < -(UtcTime.DayMs / 2))
            return;
        var block = _blocks[unit / BlockUnits];
        if (block is null)
        {
            block = new Clock[BlockUnits];
            Volatile.Write(ref _blocks[unit / BlockUnits], block);
        }

        lock (block)
        {
            ref var clock = ref block[unit % BlockUnits];
            var was = clock.IsBeyondLimit;
            clock.Add((int)aheadMs, receivedUtcMs, _limitMs);
            if (clock.IsBeyondLimit != was)
                Interlocked.Add(ref _beyondLimit, was ? -1 : 1);
        }
    }

    /// <summary>The same for a status, which counts only if it is fresh.</summary>
    public void MeasureStatus(int unit, long unitUtcMs, long receivedUtcMs)
    {
        if (unitUtcMs != UtcTime.Unknown && receivedUtcMs - unitUtcMs <= FreshMs)
            Measure(unit, unitUtcMs, receivedUtcMs);
    }

    private struct Clock
    {
        public long MeasuredUtcMs;
        private long _periodUtcMs;
        private int _presentMs;
        private int _beforeMs;
        private ushort _presentSamples;
        private ushort _beforeSamples;

        public readonly int Samples => _presentSamples + _beforeSamples;

        public readonly int SkewMs => _beforeSamples == 0 ? _presentMs : Math.Max(_presentMs, _beforeMs);

        public bool IsBeyondLimit { readonly get; private set; }

        public void Add(int aheadMs, long receivedUtcMs, long limitMs)
        {
            // The gateway's own clock may have been set, either way.
            var elapsedMs = Math.Abs(receivedUtcMs - _periodUtcMs);
            if (elapsedMs >= PeriodMs)
            {
                _beforeMs = _presentMs;
                _beforeSamples = elapsedMs < 2 * PeriodMs ? _presentSamples : (ushort)0;
                _presentSamples = 0;
                _periodUtcMs = receivedUtcMs;
            }

            _presentMs = _presentSamples == 0 ? aheadMs : Math.Max(_presentMs, aheadMs);
            _presentSamples = (ushort)Math.Min(_presentSamples + 1, ushort.MaxValue);
            MeasuredUtcMs = receivedUtcMs;
            IsBeyondLimit = SkewMs > limitMs || (SkewMs < -limitMs && Samples >= SamplesToTrustBehind);
        }
    }
}
