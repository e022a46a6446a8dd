using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Sensors;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Sensors;

/// <summary>The clock with its own cell: believed only when it ran, set from the receiver.</summary>
public sealed class WallClockTests
{
    private static readonly DateTime _then = new(2027, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    [Fact]
    public void TryUtc_AClockThatRan_IsItsTimeGoneOn()
    {
        var bench = NewBench();
        bench.Rtc.Time = _then;
        bench.Rtc.OscillatorStopped = false;

        bench.Run(60_000);

        Assert.True(bench.Sensors.Clock.TryUtc(bench.Clock.MonotonicMs, out var utcMs));
        Assert.InRange(utcMs - new DateTimeOffset(_then).ToUnixTimeMilliseconds(), 59_000, 60_000);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults & SensorFaults.WallClock);
    }

    [Fact]
    public void TryUtc_AClockWhoseCellWasEmpty_IsNotBelievedUntilItIsSet()
    {
        var bench = NewBench();
        bench.Rtc.Time = _then;
        bench.Rtc.OscillatorStopped = true;
        bench.Run(10_000);
        Assert.False(bench.Sensors.Clock.TryUtc(bench.Clock.MonotonicMs, out _));
        Assert.Equal(SensorFaults.WallClock, bench.Readings.Faults & SensorFaults.WallClock);

        var utcMs = new DateTimeOffset(_then).ToUnixTimeMilliseconds() + 86_400_000;
        bench.Sensors.Clock.NoteGoodUtc(utcMs, bench.Clock.MonotonicMs);
        bench.Run(10_000);

        Assert.True(bench.Sensors.Clock.TryUtc(bench.Clock.MonotonicMs, out var now));
        Assert.InRange(now - utcMs, 9_000, 11_000);
        Assert.False(bench.Rtc.OscillatorStopped);
        Assert.Equal(SensorFaults.None, bench.Readings.Faults & SensorFaults.WallClock);
    }

    [Fact]
    public void TryUtc_ADateBeforeTheFirmware_IsNotBelieved()
    {
        var bench = NewBench();
        bench.Rtc.Time = new DateTime(2019, 4, 7, 0, 0, 0, DateTimeKind.Utc);
        bench.Rtc.OscillatorStopped = false;

        bench.Run(10_000);

        Assert.False(bench.Sensors.Clock.TryUtc(bench.Clock.MonotonicMs, out _));
        Assert.InRange(bench.Sensors.Clock.TimesUntrusted, 2, 10);
    }

    [Fact]
    public void TryUtc_RegistersThatHoldNoDate_CountAnExceptionAndTellNothing()
    {
        var bench = NewBench();
        bench.Rtc.OscillatorStopped = false;
        bench.Rtc.HoldsNoDate = true;

        bench.Run(10_000);

        Assert.False(bench.Sensors.Clock.TryUtc(bench.Clock.MonotonicMs, out _));
        Assert.True(bench.Sensors.Clock.Exceptions > 0);
        Assert.Equal(SensorFaults.WallClock, bench.Readings.Faults & SensorFaults.WallClock);
    }

    [Fact]
    public void NoteGoodUtc_EverySecondForADay_SetsItOnceAndThenTwiceADay()
    {
        var bench = NewBench();
        bench.Rtc.Time = _then;
        bench.Rtc.OscillatorStopped = false;
        var startMs = bench.Clock.MonotonicMs;
        var utcMs = new DateTimeOffset(_then).ToUnixTimeMilliseconds();
        var before = bench.Rtc.TimesSet;

        for (var second = 0; second < 86_400; second++)
        {
            bench.Clock.MonotonicMs += 1_000;
            bench.Sensors.Clock.NoteGoodUtc(utcMs + bench.Clock.MonotonicMs - startMs, bench.Clock.MonotonicMs);
            bench.Sensors.Clock.Poll(bench.Clock.MonotonicMs);
        }

        Assert.Equal(2, bench.Rtc.TimesSet - before);
        Assert.Equal(2, bench.Sensors.Clock.TimesSet);
    }

    private static SensorBench NewBench() => new();
}
