namespace BoatTelemetry.Core.Links;

/// <summary>When the dispatcher tries again, and when it believes that nobody listens.</summary>
public sealed class DispatchOptions
{
    /// <summary>By <see cref="LinkKind"/>: an answer to a durable frame is missing after this, ms.</summary>
    public readonly int[] AnswerTimeoutMs = { 30_000, 20_000, 15_000 };

    /// <summary>By <see cref="LinkKind"/>: durable frames under way at once; an acknowledgement speaks of 33.</summary>
    public readonly int[] Window = { 4, 16, 32 };

    /// <summary>Answers missing in a row after which nobody listens at the other end.</summary>
    public int SilentAfterMisses = 4;

    /// <summary>The first wait before a silent link is tried with one frame, ms; each further one twice as long.</summary>
    public int ProbeDelayMs = 60_000;

    public int ProbeDelayMaxMs = 900_000;

    /// <summary>A position that no link took is dropped after this, ms.</summary>
    public int LiveAgeMaxMs = 60_000;

    /// <summary>The first wait before an SOS is sent again on a link, ms; each further one twice as long.</summary>
    public int SosRetryMs = 8_000;

    public int SosRetryMaxMs = 60_000;

    /// <summary>
    /// After so many sends on a link whose air time is limited an SOS goes on at the pace that the limit can keep up
    /// (<see cref="IMeteredLink.SosPaceMs"/>), where that is slower: 8 take 5 min. Else the hour is used up in a third of it,
    /// and a boat that then comes within reach says nothing.
    /// </summary>
    public int SosBurstSends = 8;

    /// <summary>As <see cref="SosRetryMs"/>, for another event.</summary>
    public int EventRetryMs = 15_000;

    public int EventRetryMaxMs = 300_000;

    /// <summary>Times that an event other than an SOS is sent on its own, over all links; then it is a frame of the record.</summary>
    public int EventSendsMax = 12;

    /// <summary>The first wait before the record is gone through again without an acknowledgement from the last round, ms.</summary>
    public int RoundDelayMs = 30_000;

    public int RoundDelayMaxMs = 900_000;

    /// <summary>After a refusal for lack of air time a link is asked again after this, ms.</summary>
    public int RefusedDelayMs = 1_000;

    /// <summary>The journal is looked at again for something to send after this, ms.</summary>
    public int IdleDelayMs = 200;
}
