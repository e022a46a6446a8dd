using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>Both clocks in the test's hand.</summary>
internal sealed class TestClock : IClock
{
    public long MonotonicMs { get; set; } = 1_000_000;

    public long UtcMs { get; set; } = UtcTime.Unknown;

    public void Advance(long ms)
    {
        MonotonicMs += ms;
        if (UtcMs != UtcTime.Unknown)
            UtcMs += ms;
    }
}
