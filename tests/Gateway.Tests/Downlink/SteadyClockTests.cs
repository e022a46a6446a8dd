using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Downlink;

public sealed class SteadyClockTests
{
    private const long StartUtcMs = 1_800_000_000_000;

    private readonly ManualTime _time = new(StartUtcMs);
    private readonly SteadyClock _clock;

    // Not asked before the tests' own first step: a gateway may seal its first downlink long after its start.
    public SteadyClockTests()
    {
        _clock = new SteadyClock(_time);
    }

    // Set by a day and put right again, once each way: counters that had followed would stay ahead.
    [Fact]
    public void UtcMs_SetForwardSoonAfterTheStartAndBack_NeverLeft()
    {
        var time = new ManualTime(StartUtcMs);
        var clock = new SteadyClock(time);
        time.Step(TimeSpan.FromDays(1));
        Assert.Equal(StartUtcMs, clock.UtcMs());
        time.Step(TimeSpan.FromDays(-1));

        Assert.Equal(StartUtcMs, clock.UtcMs());
        Assert.False(clock.IsLeaping);
    }

    // Nothing was sealed for a while: the ten minutes are those of the clock.
    [Fact]
    public void Counters_AfterALeapThatWasSeen_FollowItWhenItHasLasted()
    {
        var counters = new DownlinkCounters(new TestSupport.MemoryCounterStore(), gatewayIndex: null, _time);
        _time.Step(TimeSpan.FromDays(2));
        counters.LookAtClock();
        _time.Advance(TimeSpan.FromMilliseconds(SteadyClock.SettleMs));

        Assert.Equal(DownlinkDrop.None, counters.TryNextAcknowledgement(17, out var counter));
        Assert.Equal((_time.GetUtcNow() - new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds, counter);
    }

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    public void UtcMs_AfterASmallStep_FollowsAtOnce(int stepS)
    {
        _time.Step(TimeSpan.FromSeconds(stepS));

        Assert.Equal(StartUtcMs + (stepS * 1000L), _clock.UtcMs());
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    [InlineData(86_400)]
    public void UtcMs_AfterALeapAndBack_NeverLeft(int stepS)
    {
        _time.Step(TimeSpan.FromSeconds(stepS));
        for (var passedS = 0; passedS < SteadyClock.SettleMs / 1000; passedS++)
        {
            Assert.Equal(StartUtcMs + (passedS * 1000L), _clock.UtcMs());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _time.Step(TimeSpan.FromSeconds(-stepS));
        Assert.Equal(StartUtcMs + SteadyClock.SettleMs, _clock.UtcMs());
        Assert.False(_clock.IsLeaping);
    }

    [Fact]
    public void UtcMs_AfterALeapThatLasts_IsBelieved()
    {
        _time.Step(TimeSpan.FromSeconds(7_200));
        Assert.Equal(StartUtcMs, _clock.UtcMs());
        Assert.True(_clock.IsLeaping);

        _time.Advance(TimeSpan.FromMilliseconds(SteadyClock.SettleMs));

        Assert.Equal(StartUtcMs + 7_200_000 + SteadyClock.SettleMs, _clock.UtcMs());
    }

    [Fact]
    public void UtcMs_AfterOneLeapAndAnother_WaitsAnew()
    {
        _time.Step(TimeSpan.FromSeconds(7_200));
        _ = _clock.UtcMs();
        _time.Advance(TimeSpan.FromSeconds(500));
        _time.Step(TimeSpan.FromSeconds(86_400));
        _ = _clock.UtcMs();
        _time.Advance(TimeSpan.FromSeconds(500));

        Assert.Equal(StartUtcMs + 1_000_000, _clock.UtcMs());
    }

    // A board without a clock of its own goes on from its last switching off, until NTP is reached.
    [Fact]
    public void UtcMs_OfAClockThatIsFirstSynchronizedAfterTheStart_FollowsAtOnce_AndNoSecondTime()
    {
        var folder = Directory.CreateTempSubdirectory("boat-test-timesync-").FullName;
        try
        {
            var clock = new SteadyClock(_time, TimeSync.Ask(folder));
            _time.Step(TimeSpan.FromDays(3));
            Assert.Equal(StartUtcMs, clock.UtcMs());

            File.WriteAllText(Path.Combine(folder, Path.GetFileName(TimeSync.File)), "");
            Assert.Equal(_time.UtcMs, clock.UtcMs());
            Assert.False(clock.IsLeaping);

            var before = _time.UtcMs;
            _time.Step(TimeSpan.FromDays(1));
            Assert.Equal(before, clock.UtcMs());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void IsSynchronized_WhereNobodySays_IsTrue() =>
        Assert.True(TimeSync.Ask(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()))());

    // Its folder goes with it when another service takes its place.
    [Fact]
    public void IsSynchronized_AfterTheServiceWasStoppedBeforeItSynchronized_IsNotTrue()
    {
        var folder = Directory.CreateTempSubdirectory("boat-test-timesync-").FullName;
        var isSynchronized = TimeSync.Ask(folder);
        Assert.False(isSynchronized());

        Directory.Delete(folder);

        Assert.False(isSynchronized());
    }

    // The service may set the clock while it is asked: the time that was taken for right was the one before.
    [Fact]
    public void UtcMs_OfAClockThatIsSetWhileTheServiceIsAsked_FollowsAtOnce()
    {
        var asked = 0;
        var clock = new SteadyClock(_time, () =>
        {
            if (++asked < 2)
                return false;
            _time.Step(TimeSpan.FromDays(3));
            return true;
        });

        Assert.Equal(StartUtcMs + (3 * 86_400_000L), clock.UtcMs());
        Assert.False(clock.IsLeaping);
    }

    [Fact]
    public void UtcMs_OfAClockThatWasNotSet_FollowsTheFirstTime()
    {
        var time = new ManualTime(0);
        var clock = new SteadyClock(time);
        Assert.Equal(0, clock.UtcMs());

        time.Step(TimeSpan.FromMilliseconds(StartUtcMs));

        Assert.Equal(StartUtcMs, clock.UtcMs());
    }
}
