namespace BoatTelemetry.Mqtt;

/// <summary>
/// The rest of a thread that works off a stream, as an interrupt of a network card is held back under load: behind each piece of work, a
/// millisecond in which nobody needs to wake it, so that the next piece is larger. One thread.
/// </summary>
/// <remarks>
/// A machine with a processor to spare answers each frame by itself otherwise: every stage wakes the next for one frame, which cost a third
/// more processor time for a frame than the same build on a busy machine (docs/operations.md, November 2026). Work that comes alone is not held back.
/// </remarks>
/// <param name="time">Clock.</param>
public sealed class GatheringRest(TimeProvider time)
{
    /// <summary>
    /// How long it rests: 30 frames at 30,000 a second, and little beside the 5 ms of a commit and the 50 ms that a packet forwarder waits
    /// for its answer.
    /// </summary>
    public const int RestMs = 1;

    /// <summary>Work that ends within this after the rest or the work before it is a stream; one once begun goes on down to some 330 pieces a second.</summary>
    public const int StreamMs = 2;

    private long? _lastAt;

    /// <summary>How often it has rested.</summary>
    public long Rests { get; private set; }

    /// <summary>To be called behind each piece of work; rests if it is one of a stream.</summary>
    public void Worked()
    {
        // A sleep lasts until the next tick of the system's clock there, 15.6 ms.
        if (OperatingSystem.IsWindows())
            return;
        if (_lastAt is { } at && time.GetElapsedTime(at) < TimeSpan.FromMilliseconds(StreamMs))
        {
            Rests++;
            Thread.Sleep(RestMs);
        }

        _lastAt = time.GetTimestamp();
    }
}
