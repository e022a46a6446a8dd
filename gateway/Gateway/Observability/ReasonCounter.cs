using System.Diagnostics.Metrics;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>One counter for each value of a reason enum; an instrument tells them apart by the tag "reason".</summary>
/// <typeparam name="TReason">An enum whose values run from 0 without holes.</typeparam>
public sealed class ReasonCounter<TReason>
    where TReason : struct, Enum
{
    private static readonly TReason[] _reasons = Enum.GetValues<TReason>();
    private static readonly KeyValuePair<string, object?>[] _tags =
        [.. _reasons.Select(reason => new KeyValuePair<string, object?>("reason", reason.ToString()))];

    private readonly long[] _counts = new long[_reasons.Length];

    internal ReasonCounter(Meter meter, string name, string description)
    {
        meter.CreateObservableCounter(name, Measure, description: description);
    }

    /// <summary>How often the reason occurred.</summary>
    public long this[TReason reason] => Volatile.Read(ref _counts[Array.IndexOf(_reasons, reason)]);

    /// <summary>Counts one.</summary>
    public void Add(TReason reason) => Interlocked.Increment(ref _counts[Array.IndexOf(_reasons, reason)]);

    private IEnumerable<Measurement<long>> Measure()
    {
        for (var i = 0; i < _reasons.Length; i++)
            yield return new Measurement<long>(Volatile.Read(ref _counts[i]), _tags[i]);
    }
}
