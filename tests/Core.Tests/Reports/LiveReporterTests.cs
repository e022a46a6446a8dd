using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class LiveReporterTests : IDisposable
{
    private readonly SimulatedAes _aes = new(new byte[16]);
    private readonly MemoryCounterStore _store = new();
    private readonly CapturingLink _link = new();

    [Fact]
    public void Report_Fixes_EachIsOneFrameWithTheNextCounter()
    {
        var reporter = NewReporter();
        for (var second = 0; second < 3; second++)
        {
            reporter.Report(FixAt(second));
        }

        Assert.Equal(3, reporter.Sent);
        var header = new FrameHeader();
        Assert.Equal([0, 1, 2], _link.Frames.Select(frame =>
        {
            Assert.Equal(FrameRejection.None, header.Read(frame, 0, frame.Length, FrameDirection.Uplink));
            Assert.Equal(7, header.Unit);
            return header.CounterLow;
        }));
    }

    [Fact]
    public void Report_LinkRefuses_IsCountedAndTheCounterIsSpent()
    {
        var reporter = NewReporter();
        _link.Answer = LinkResult.Down;
        reporter.Report(FixAt(0));
        _link.Answer = LinkResult.Sent;
        reporter.Report(FixAt(1));
        Assert.Equal((1, 1, 0), (reporter.Sent, reporter.NotSent, reporter.WithoutCounter));
        Assert.Equal(1, _link.Frames.Single()[3]);
    }

    [Fact]
    public void Report_NoCounterToBeHad_SealsNothing()
    {
        var reporter = NewReporter();
        _store.SaveFails = true;
        reporter.Report(FixAt(0));
        Assert.Equal((0, 0, 1), (reporter.Sent, reporter.NotSent, reporter.WithoutCounter));
        Assert.Empty(_link.Frames);
    }

    [Fact]
    public void Report_HundredThousandFixes_AllocatesNothing()
    {
        var link = new DiscardingLink();
        var reporter = new LiveReporter(
            7, OperatingArea.Indonesia, new AesCcm(_aes), new CounterAllocator(_store, 1000), link, new UnitCondition());
        var fix = FixAt(1);
        reporter.Report(fix);

        var passes = 0;
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                fix.LatitudeE7 += 100;
                reporter.Report(fix);
            }

            passes++;
        }));
        Assert.Equal(1 + (passes * 100_000), reporter.Sent);
    }

    [Theory]
    [InlineData(-16_666_667, -166_667)]
    [InlineData(16_666_649, 166_666)]
    [InlineData(16_666_650, 166_667)]
    [InlineData(-16_666_650, -166_667)]
    public void Set_Coordinates_GoToTheNearestStep(int latitudeE7, int latitudeE5)
    {
        var position = new LivePosition();
        position.Set(new Fix { LatitudeE7 = latitudeE7, LongitudeE7 = 0, TimeOfDayMs = 0 }, new UnitCondition());
        Assert.Equal(latitudeE5, position.LatitudeE5);
    }

    [Theory]
    [InlineData(Fix.Unknown, Fix.Unknown, Fix.Unknown, Fix.Unknown, Movement.Unknown)]
    [InlineData(0, 0, 0, 0, Movement.Stationary)]
    [InlineData(699, 35_949, 7, 359, Movement.Stationary)]
    [InlineData(700, 35_950, 7, 0, Movement.UnderWay)]
    [InlineData(21_999, 17_951, 220, 180, Movement.UnderWay)]
    [InlineData(22_000, 1, 220, 0, Movement.Fast)]
    [InlineData(102_249, 1, 1022, 0, Movement.Fast)]
    [InlineData(250_000, 1, 1022, 0, Movement.Fast)]
    public void Set_SpeedAndCourse_GoToTheirSteps(int milliknots, int cdeg, int deciknots, int degrees, Movement movement)
    {
        var position = new LivePosition();
        position.Set(
            new Fix { LatitudeE7 = 0, LongitudeE7 = 0, TimeOfDayMs = 86_399_999, SogMilliknots = milliknots, CogCdeg = cdeg },
            new UnitCondition { OnBattery = true });
        Assert.Equal(deciknots, position.SogDeciknots);
        Assert.Equal(degrees, position.CogDeg);
        Assert.Equal(movement, position.Movement);
        Assert.Equal(86_399, position.SecondOfDay);
        Assert.True(position.OnBattery);
    }

    public void Dispose() => _aes.Dispose();

    private LiveReporter NewReporter() => new(
        7, OperatingArea.Indonesia, new AesCcm(_aes), new CounterAllocator(_store, 1000), _link, new UnitCondition());

    private static Fix FixAt(int second) => new()
    {
        LatitudeE7 = 10_000_000, LongitudeE7 = 1_040_000_000, TimeOfDayMs = second * 1000,
    };

    private sealed class DiscardingLink : ILink
    {
        public int FrameBytesMax => 255;

        public LinkResult Send(byte[] frame, int offset, int length) => LinkResult.Sent;
    }
}
