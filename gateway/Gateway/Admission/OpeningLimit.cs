using System.Runtime.CompilerServices;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// Limits how many frames of one unit are opened for one source, before the costly opening: a token bucket for each pair. A frame that
/// opens takes one token, one that does not <see cref="ForgeryTokens"/>: genuine frames come by the hundred when a boat reaches its
/// harbour's Wi-Fi, forged ones are guesses at a tag (docs/decisions/counters-and-nonces.md). One thread.
/// </summary>
/// <remarks>
/// The buckets are a table of a fixed size that a pair finds by a hash whose seed is the process's own, so that nobody can make it grow,
/// and a flood with ever new names of sources neither empties a bucket nor finds another unit's on purpose. Two pairs that
/// meet in one bucket share it.
/// </remarks>
internal sealed class OpeningLimit
{
    /// <summary>Named limit: buckets, 8 bytes each.</summary>
    public const int BucketsMax = 1 << 16;

    /// <summary>A bucket that was left alone holds the tokens of so many seconds.</summary>
    public const int BurstS = 4;

    /// <summary>Tokens for a frame that did not open.</summary>
    public const int ForgeryTokens = 10;

    private const long SecondUs = 1_000_000;

    // When each bucket is full again: one number stands for its tokens and for when they were counted (ITU-T I.371, generic cell rate
    // algorithm in its virtual scheduling form).
    private readonly long[] _fullUs = new long[BucketsMax];
    private readonly long _tokenUs;

    public OpeningLimit(int framesPerSecondMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(framesPerSecondMax);
        _tokenUs = Math.Max(1, SecondUs / framesPerSecondMax);
    }

    /// <summary>Takes the token of an opening. False: no token is left, and the frame is not to be opened. The bucket is for <see cref="TakeForForgery"/>.</summary>
    public bool TryTake(int unit, in Reception reception, out int bucket)
    {
        var source = reception.Source is null ? reception.Concentrator.GetHashCode() : RuntimeHelpers.GetHashCode(reception.Source);
        bucket = HashCode.Combine(unit, source) & (BucketsMax - 1);
        var nowUs = reception.ReceivedMonotonicMs * 1000;
        ref var fullUs = ref _fullUs[bucket];
        if (fullUs > nowUs + (BurstS * SecondUs) - _tokenUs)
            return false;
        fullUs = Math.Max(fullUs, nowUs) + _tokenUs;
        return true;
    }

    /// <summary>Takes what a frame that did not open costs more; the bucket may owe them.</summary>
    public void TakeForForgery(int bucket) => _fullUs[bucket] += (ForgeryTokens - 1) * _tokenUs;
}
