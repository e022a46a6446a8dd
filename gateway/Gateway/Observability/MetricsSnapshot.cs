using System.Diagnostics.Metrics;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>The values of the gateway's counters and gauges at one instant, by name; those with tags as "name/value".</summary>
public static class MetricsSnapshot
{
    /// <summary>Takes one. Instruments that only tell of single events, such as histograms, are not in it.</summary>
    public static SortedDictionary<string, long> Take()
    {
        var values = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == GatewayMetrics.MeterName && instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => values[NameOf(instrument, tags)] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    private static string NameOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var (_, value) in tags)
            name += $"/{value}";
        return name;
    }
}
