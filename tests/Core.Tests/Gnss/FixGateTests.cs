using BoatTelemetry.Core.Gnss;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Refusals by date and by history, and the way out of a wrong history.</summary>
public sealed class FixGateTests
{
    private const int NoonS = 12 * 3600;

    private static string At(int secondOfDay) =>
        $"{secondOfDay / 3600 % 24:00}{secondOfDay / 60 % 60:00}{secondOfDay % 60:00}";

    private static string Rmc(int secondOfDay, double latitude, double longitude = 5) =>
        Nmea.Rmc(At(secondOfDay), latitude, longitude);

    [Fact]
    public void Options_Default_RefuseWhatIsOlderThanTheFirmware()
    {
        // A week-number rollover: 1,024 weeks before 2026-12-01 is 2007-04-17.
        var result = Nmea.Run(
            Nmea.Rmc("120000", 52, 5, "170407") + Nmea.Rmc("120001", 52, 5, "221126") + Nmea.Rmc("120002", 52, 5, "231126"),
            new GnssOptions());
        Assert.Equal([FixRefusal.BeforeEarliestDate, FixRefusal.BeforeEarliestDate], result.Refusals);
        Assert.Equal(FirmwareRelease.DayNumber, result.Only.DayNumber);
        Assert.Equal(FirmwareRelease.DayNumber, Core.Time.UtcTime.DayNumber(2026, 11, 23));
    }

    [Fact]
    public void EarliestDate_DateUnknown_IsNotChecked() =>
        Assert.NotNull(Nmea.Run(Nmea.Gga("120000", 52, 5), new GnssOptions()).Only);

    [Fact]
    public void Time_EqualAfterAnotherEpoch_IsBackwardsOrRepeated()
    {
        var result = Nmea.Run(Rmc(NoonS, 52) + Rmc(NoonS - 1, 52) + Rmc(NoonS, 52) + Rmc(NoonS + 1, 52));
        Assert.Equal([FixRefusal.TimeBackwards, FixRefusal.Repeated], result.Refusals);
        Assert.Equal(2, result.Fixes.Count);
    }

    [Fact]
    public void Time_SameTimeOnTheNextDay_IsLater()
    {
        var result = Nmea.Run(Nmea.Rmc("120000", 52, 5, "060826") + Nmea.Gll("110000", 52, 5) + Nmea.Rmc("120000", 52, 5, "070826"));
        Assert.Equal([FixRefusal.TimeBackwards], result.Refusals);
        Assert.Equal(2, result.Fixes.Count);
    }

    [Theory]
    [InlineData("235959", "000000", true)]
    [InlineData("000000", "235959", false)]
    [InlineData("000000", "120000", true)]
    [InlineData("000000", "120001", false)]
    public void Time_WithoutDate_GoesTheShorterWayRound(string first, string second, bool later)
    {
        var result = Nmea.Run(Nmea.Gll(first, 52, 5) + Nmea.Gll(second, 52, 5));
        Assert.Equal(later ? 2 : 1, result.Fixes.Count);
        Assert.Equal(later ? 0 : 1, result.Counters.FixesRefused(FixRefusal.TimeBackwards));
    }

    [Fact]
    public void Place_FartherThanTheBoatCanGo_IsRefused()
    {
        // In one second 51.4 m and the margin of 200 m: 0.00226 degree of latitude is 251.3 m, 0.00227 is 252.4 m.
        Assert.Equal(2, Nmea.Run(Rmc(NoonS, 52) + Rmc(NoonS + 1, 52.00226)).Fixes.Count);
        var result = Nmea.Run(Rmc(NoonS, 52) + Rmc(NoonS + 1, 52.00227) + Rmc(NoonS + 2, 52.0001));
        Assert.Equal([FixRefusal.ImplausiblyFar], result.Refusals);
        Assert.Equal([520_000_000, 520_001_000], result.Fixes.Select(f => f.LatitudeE7));
    }

    [Fact]
    public void Place_AcrossTheDateLineAndThePole_IsNear()
    {
        Assert.Equal(2, Nmea.Run(Rmc(NoonS, -17, 179.9995) + Rmc(NoonS + 1, -17, -179.9995)).Fixes.Count);
        Assert.Equal(2, Nmea.Run(Rmc(NoonS, 89.9995, 5) + Rmc(NoonS + 1, 89.9995, -175)).Fixes.Count);
        Assert.Single(Nmea.Run(Rmc(NoonS, 89.99, 5) + Rmc(NoonS + 1, 89.99, -175)).Fixes);
    }

    [Fact]
    public void Place_AfterALongWayByTheClock_IsInReach()
    {
        // A day and a second pass; times of day alone tell one second.
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Nmea.Gll("120000", 52, 5), 0);
        sink.Feed(Nmea.Gll("120001", 53, 5), 86_401_000);
        sink.Parser.Flush();
        Assert.Equal(0, sink.Counters.FixesRefused(FixRefusal.ImplausiblyFar));
    }

    [Fact]
    public void Stale_DeliveredLaterThanItsPeers_IsRefused()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Rmc(NoonS, 52), 10_000);
        sink.Feed(Rmc(NoonS + 1, 52), 11_000 + 5000);
        sink.Feed(Rmc(NoonS + 2, 52), 12_000 + 5001);
        sink.Feed(Rmc(NoonS + 3, 52), 13_000);
        sink.Parser.Flush();
        Assert.Equal([FixRefusal.Stale], sink.Refusals);
        Assert.Equal(3, sink.Fixes.Count);
    }

    [Fact]
    public void Stale_FirstFixesWereBuffered_BaselineIsThePromptest()
    {
        // The first comes 60 s late, the next is prompt; from then on 6 s are too many.
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Rmc(NoonS, 52), 60_000);
        sink.Feed(Rmc(NoonS + 61, 52), 61_000);
        sink.Feed(Rmc(NoonS + 62, 52), 68_000);
        sink.Parser.Flush();
        Assert.Equal([FixRefusal.Stale], sink.Refusals);
    }

    [Fact]
    public void Stale_ReplayAtFullSpeed_NothingIs()
    {
        var text = string.Concat(Enumerable.Range(0, 3000).Select(s => Rmc(NoonS + s, 52)));
        var result = Nmea.Run(text);
        Assert.Equal(3000, result.Fixes.Count);
        Assert.Empty(result.Refusals);
    }

    [Theory]
    [InlineData(90, 0)]
    [InlineData(200, 1)]
    public void Stale_ClockDriftsFor28Hours_IsForgivenUpTo100Ppm(int driftPpm, int refusedAtLeast)
    {
        // One fix in ten seconds. 90 ppm make 9 s in all; 200 ppm outrun the baseline's 100 ppm by 5 s after 13.9 h.
        var sink = new RecordingSink(new GnssOptions { EarliestDayNumber = 0, ReanchorAfterFixes = 1_000_000 });
        for (var s = 0; s <= 28 * 3600; s += 10)
        {
            sink.Feed(Nmea.Gll(At(s), 52, 5), (s * 1000L) + ((long)s * driftPpm / 1000));
        }

        sink.Parser.Flush();
        Assert.Equal(refusedAtLeast != 0, sink.Counters.FixesRefused(FixRefusal.Stale) > 0);
    }

    [Fact]
    public void Stale_BacklogComesInABurst_IsNotTakenForThePresent()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Rmc(NoonS, 52), 0);

        // The UART was not read for 60 s, then 60 fixes come within 3 s; the last five are prompt enough.
        for (var s = 1; s <= 60; s++)
        {
            sink.Feed(Rmc(NoonS + s, 52), 60_000 + (s * 50));
        }

        sink.Parser.Flush();
        Assert.Equal(0, sink.Counters.Reanchorings);
        Assert.Equal(NoonS + 58, sink.Fixes[1].TimeOfDayMs / 1000);
        Assert.Equal(57, sink.Counters.FixesRefused(FixRefusal.Stale));
    }

    [Fact]
    public void Reanchor_LateForGood_IsThePresentAfterFive()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Rmc(NoonS, 52), 0);
        for (var s = 1; s <= 6; s++)
        {
            sink.Feed(Rmc(NoonS + s, 52), 7000 + (s * 1000));
        }

        sink.Parser.Flush();
        Assert.Equal(4, sink.Counters.FixesRefused(FixRefusal.Stale));
        Assert.Equal(1, sink.Counters.Reanchorings);
        Assert.Equal([0, 5, 6], sink.Fixes.Select(f => (f.TimeOfDayMs / 1000) - NoonS));
    }

    [Theory]
    [InlineData("060926")]
    [InlineData("070826")]
    public void TimeForwards_OneSentenceOfALaterDay_IsRefusedWithItsPlace(string date)
    {
        var sink = new RecordingSink(new GnssOptions { EarliestDayNumber = 0 });
        sink.Feed(Rmc(NoonS, 52), 0);
        sink.Feed(Nmea.Rmc("120001", -33, 151, date), 1000);
        sink.Feed(Rmc(NoonS + 2, 52), 2000);
        sink.Feed(Rmc(NoonS + 3, 52), 3000);
        sink.Parser.Flush();
        Assert.Equal([FixRefusal.TimeForwards], sink.Refusals);
        Assert.Equal([0, 2, 3], sink.Fixes.Select(f => (f.TimeOfDayMs / 1000) - NoonS));
    }

    [Theory]
    [InlineData(61, 0)]
    [InlineData(62, 1)]
    public void TimeForwards_StepBeyondTheClocks_IsRefusedBehindAMinute(int stepS, int refused)
    {
        var sink = new RecordingSink(new GnssOptions { EarliestDayNumber = 0 });
        sink.Feed(Rmc(NoonS, 52), 0);
        sink.Feed(Rmc(NoonS + stepS, 52), 1000);
        sink.Parser.Flush();
        Assert.Equal(refused, sink.Counters.FixesRefused(FixRefusal.TimeForwards));
    }

    [Fact]
    public void TimeForwards_ReceiverThatFoundTheRealTime_IsBelievedWithItsFifth()
    {
        var sink = new RecordingSink(new GnssOptions { EarliestDayNumber = 0 });
        sink.Feed(Rmc(NoonS, 52), 0);
        for (var s = 1; s <= 6; s++)
        {
            sink.Feed(Rmc(NoonS + 7200 + s, 52), s * 1000);
        }

        sink.Parser.Flush();
        Assert.Equal(4, sink.Counters.FixesRefused(FixRefusal.TimeForwards));
        Assert.Equal(1, sink.Counters.Reanchorings);
        Assert.Equal([0, 7205, 7206], sink.Fixes.Select(f => (f.TimeOfDayMs / 1000) - NoonS));
    }

    [Fact]
    public void Reanchor_FirstFixWasElsewhere_FifthOfTheRealTrackIsAccepted()
    {
        var text = Rmc(NoonS, 10) + string.Concat(Enumerable.Range(1, 7).Select(s => Rmc(NoonS + s, 52 + (s * 0.0001))));
        var result = Nmea.Run(text);
        Assert.Equal(4, result.Counters.FixesRefused(FixRefusal.ImplausiblyFar));
        Assert.Equal(1, result.Counters.Reanchorings);
        Assert.Equal([0, 5, 6, 7], result.Fixes.Select(f => (f.TimeOfDayMs / 1000) - NoonS));
    }

    [Fact]
    public void Reanchor_FirstFixWasInTheFuture_FifthOfTheRealTimeIsAccepted()
    {
        var text = Nmea.Rmc("120000", 52, 5, "060862") + string.Concat(Enumerable.Range(1, 6).Select(s => Rmc(NoonS + s, 52)));
        var result = Nmea.Run(text);
        Assert.Equal(4, result.Counters.FixesRefused(FixRefusal.TimeBackwards));
        Assert.Equal([0, 5, 6], result.Fixes.Select(f => (f.TimeOfDayMs / 1000) - NoonS));
    }

    [Fact]
    public void Reanchor_RefusedFixesDisagree_NeverHappens()
    {
        // Each wild position is far from the one before; now and then the real track goes on.
        var random = new Random(7);
        var text = Rmc(NoonS, 52) + string.Concat(Enumerable.Range(1, 200).Select(
            s => Rmc(NoonS + s, s % 20 == 0 ? 52 : (random.NextDouble() * 160) - 80, (random.NextDouble() * 340) - 170)));
        var result = Nmea.Run(text);
        Assert.Equal(0, result.Counters.Reanchorings);
    }

    [Fact]
    public void Reanchor_FourAgreeAndTheTrackGoesOn_CountsFromTheStart()
    {
        string Far(int s) => Rmc(NoonS + s, 10);
        string Real(int s) => Rmc(NoonS + s, 52);
        var result = Nmea.Run(
            Real(0) + Far(1) + Far(2) + Far(3) + Far(4) + Real(5) + Far(6) + Far(7) + Far(8) + Far(9) + Real(10));
        Assert.Equal(0, result.Counters.Reanchorings);
        Assert.All(result.Fixes, fix => Assert.Equal(520_000_000, fix.LatitudeE7));
        Assert.Equal(3, result.Fixes.Count);
    }

    [Fact]
    public void Speed_BeyondTheBoat_BecomesUnknownAndTheFixStays()
    {
        var result = Nmea.Run(Nmea.Sentence("GPRMC,120000,A,5200.0,N,00500.0,E,100.1,90.0,060826,,,A"));
        Assert.Equal((Fix.Unknown, 9000), (result.Only.SogMilliknots, result.Only.CogCdeg));
        Assert.Equal(1, result.Counters.SpeedsDropped);
    }

    [Fact]
    public void LeapSecond_AndTheSecondAfter_AreBothAccepted()
    {
        var result = Nmea.Run(
            Nmea.Rmc("235959", 52, 5, "311226") + Nmea.Rmc("235960", 52, 5, "311226") + Nmea.Rmc("000000", 52, 5, "010127"));
        Assert.Equal([86_399_000, 86_399_999, 0], result.Fixes.Select(f => f.TimeOfDayMs));
    }
}
