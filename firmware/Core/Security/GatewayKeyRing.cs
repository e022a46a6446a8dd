using System;

namespace BoatTelemetry.Core.Security;

/// <summary>Which of a unit's keys at the gateway.</summary>
public enum GatewayKey
{
    /// <summary>The key in use, both ways.</summary>
    Current = 0,

    /// <summary>A key that the unit was told to use and has not been seen using.</summary>
    Pending,

    /// <summary>The key before: opens the backlog that was sealed under it, and nothing else.</summary>
    Retired,
}

/// <summary>What became of the offer of a new key.</summary>
public enum KeyOffer
{
    /// <summary>Pending; to be made durable, and then sent to the unit under the current key until it is used.</summary>
    Pending = 0,

    /// <summary>
    /// Refused: another key is pending. The unit may use it already, and forgetting it would lock the unit out.
    /// </summary>
    AnotherPending,

    /// <summary>Refused: frames under the retired key are still awaited. See <see cref="GatewayKeyRing.Forget"/>.</summary>
    BacklogAwaited,
}

/// <summary>
/// A unit's keys at the gateway through a change of key. Until the unit's first frame under the pending key everything
/// is under the current one; with that frame the pending key is current, and the old one opens only durable frames from
/// before the change.
/// </summary>
/// <remarks>
/// A durable frame is sealed once and may come a month later, so the old key cannot go with the change. It goes when the
/// window's base has passed the first number that is known to be under the new key: then nothing can come that it opens.
/// Counters run on over a change of key, so a unit and a counter still name one frame. One thread; the ciphers apart 48
/// bytes on 64-bit .NET.
/// </remarks>
public sealed class GatewayKeyRing
{
    /// <summary>No durable frame under the current key was seen yet.</summary>
    public const long NotSeen = (long)uint.MaxValue + 1;

    private IFrameCipher _current;
    private IFrameCipher _pending;
    private IFrameCipher _retired;

    /// <param name="current">The key in use.</param>
    /// <param name="pending">The pending key, or null.</param>
    /// <param name="retired">The key before, or null.</param>
    /// <param name="retiredBelow">As <see cref="RetiredBelow"/> was kept; <see cref="NotSeen"/> without a retired key.</param>
    public GatewayKeyRing(IFrameCipher current, IFrameCipher pending, IFrameCipher retired, long retiredBelow)
    {
        if (current == null)
        {
            throw new ArgumentNullException(nameof(current));
        }

        _current = current;
        _pending = pending;
        _retired = retired;
        RetiredBelow = retiredBelow;
    }

    /// <summary>
    /// The retired key opens durable counters below this one only: the smallest that came under the current key. To be
    /// kept.
    /// </summary>
    public long RetiredBelow { get; private set; }

    /// <summary>Whether a key is pending.</summary>
    public bool IsPending => _pending != null;

    /// <summary>Whether backlog under the old key is awaited.</summary>
    public bool IsRetiring => _retired != null;

    /// <summary>What downlinks are sealed with.</summary>
    public IFrameCipher Downlink => _current;

    /// <summary>The cipher to open a frame with, or null where that key opens no such frame.</summary>
    public IFrameCipher For(GatewayKey key, FrameClass frameClass, uint counter)
    {
        switch (key)
        {
            case GatewayKey.Current:
                return _current;
            case GatewayKey.Pending:
                return _pending;
            default:
                return frameClass == FrameClass.Durable && counter < RetiredBelow ? _retired : null;
        }
    }

    /// <summary>Offers a new key; if it is taken, it is made durable before the command goes out.</summary>
    public KeyOffer Offer(IFrameCipher next)
    {
        if (next == null)
        {
            throw new ArgumentNullException(nameof(next));
        }

        if (_pending != null)
        {
            return KeyOffer.AnotherPending;
        }

        if (_retired != null)
        {
            return KeyOffer.BacklogAwaited;
        }

        _pending = next;
        return KeyOffer.Pending;
    }

    /// <summary>
    /// Tells the ring of an admitted frame. True if it has completed a change, which is to be made durable with the
    /// frame. Not to be called for an unconfirmed or a rejected one.
    /// </summary>
    public bool Admitted(GatewayKey key, FrameClass frameClass, uint counter)
    {
        bool completes = key == GatewayKey.Pending && _pending != null;
        if (completes)
        {
            _retired = _current;
            _current = _pending;
            _pending = null;
            RetiredBelow = NotSeen;
        }

        bool underCurrent = completes || key == GatewayKey.Current;
        if (underCurrent && _retired != null && frameClass == FrameClass.Durable && counter < RetiredBelow)
        {
            RetiredBelow = counter;
        }

        return completes;
    }

    /// <summary>
    /// Tells the ring how far the durable window's base is. True if the retired key has gone, which is to be made durable.
    /// </summary>
    public bool Settled(uint firstUnsettled)
    {
        if (_retired == null || firstUnsettled < RetiredBelow)
        {
            return false;
        }

        _retired = null;
        return true;
    }

    /// <summary>
    /// Forgets the retired key at once, for a key that has become known to others: what backlog is still out there under
    /// it is lost.
    /// </summary>
    public void Forget()
    {
        _retired = null;
    }
}
