using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// Which live counters of a unit were admitted: the newest, and a bit for each of the <see cref="SeenBits"/> up to it.
/// Only a counter above the newest is admitted; the bits tell a replay from a frame that was overtaken.
/// </summary>
/// <param name="Newest">The newest admitted counter, or <see cref="LiveCounter.None"/>.</param>
/// <param name="Seen">Bit i: whether <paramref name="Newest"/> - i was admitted.</param>
public readonly record struct LiveWindow(long Newest, ulong Seen)
{
    /// <summary>How far back replays are told apart; anything older counts as older.</summary>
    public const int SeenBits = 64;

    /// <summary>No counter admitted yet.</summary>
    public static LiveWindow Empty { get; } = new(LiveCounter.None, 0);

    /// <summary>The window after a counter above <see cref="Newest"/> was admitted.</summary>
    public LiveWindow Admit(uint counter)
    {
        var ahead = counter - Newest;
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1, nameof(counter));
        return new LiveWindow(counter, ahead < SeenBits ? (Seen << (int)ahead) | 1 : 1);
    }

    /// <summary>Why a counter that is not above <see cref="Newest"/> is rejected.</summary>
    public FrameRejection Classify(long counter)
    {
        var behind = Newest - counter;
        ArgumentOutOfRangeException.ThrowIfNegative(behind, nameof(counter));
        return behind < SeenBits && (Seen & (1UL << (int)behind)) != 0 ? FrameRejection.Replayed : FrameRejection.Older;
    }
}
