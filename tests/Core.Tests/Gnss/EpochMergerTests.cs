using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Which sentences make one fix, and what of each.</summary>
public sealed class EpochMergerTests
{
    private static string Vtg(double knots, double course = 90) => Nmea.Sentence($"GPVTG,{course},T,,M,{knots},N,,K,A");

    private static string Hdt(double heading) => Nmea.Sentence($"IIHDT,{heading},T");

    private static string Zda(string time, string date = "06,08,2026") => Nmea.Sentence($"GPZDA,{time},{date},00,00");

    [Fact]
    public void Position_SeveralSentences_BestRankWinsInAnyOrder()
    {
        // A ten-thousandth of a minute of latitude apart, so that it shows which was taken.
        string[] sentences =
        [
            Nmea.Sentence("GPGLL,5200.0004,N,00500.0,E,120000,A,A"),
            Nmea.Sentence("GPGGA,120000,5200.0003,N,00500.0,E,1,5,1.0,0,M,,M,,"),
            Nmea.Sentence("GPGNS,120000,5200.0002,N,00500.0,E,A,5,1.0,0,,,"),
            Nmea.Sentence("GPRMC,120000,A,5200.0001,N,00500.0,E,,,060826,,,A"),
        ];
        for (var best = 0; best < sentences.Length; best++)
        {
            var used = sentences[..(best + 1)];
            var expected = 520_000_000 + (int)Math.Round((4 - best) * 1000 / 60.0);
            Assert.Equal(expected, Nmea.Run(string.Concat(used)).Only.LatitudeE7);
            Assert.Equal(expected, Nmea.Run(string.Concat(used.Reverse())).Only.LatitudeE7);
        }
    }

    [Fact]
    public void Position_TwoOfEqualRank_FirstStays()
    {
        var fix = Nmea.Run(Nmea.Gll("120000", 52.0001, 5) + Nmea.Gll("120000", 52.0002, 5)).Only;
        Assert.Equal(520_001_000, fix.LatitudeE7);
    }

    [Fact]
    public void Sentences_OfOneInstant_AreOneFixWithAllTheyTell()
    {
        var fix = Nmea.Run(
            Nmea.Gga("120000", 52, 5, 2) + Vtg(7.5, 123) + Hdt(45.5)
            + Nmea.Sentence("GPGSA,A,2,07,08,10,,,,,,,,,,1.10,0.70,0.90") + Zda("120000")).Only;
        Assert.Equal((7500, 12_300, 4550), (fix.SogMilliknots, fix.CogCdeg, fix.HeadingCdeg));
        Assert.Equal((60, 12, -400), (fix.HdopE2, fix.Satellites, fix.AltitudeCm));
        Assert.Equal((FixQuality.Corrected, FixDimension.TwoD), (fix.Quality, fix.Dimension));
        Assert.Equal(Nmea.Day20260806, fix.DayNumber);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rmc_SpeedOfItsOwn_WinsOverVtg(bool vtgFirst)
    {
        var rmc = Nmea.Rmc("120000", 52, 5);
        var fix = Nmea.Run(vtgFirst ? Vtg(7.5) + rmc : rmc + Vtg(7.5)).Only;
        Assert.Equal((5600, 23_050), (fix.SogMilliknots, fix.CogCdeg));
    }

    [Fact]
    public void Rmc_CourseOnly_SpeedComesFromVtg()
    {
        var rmc = Nmea.Sentence("GPRMC,120000,A,5200.0,N,00500.0,E,,230.5,060826,,,A");
        var fix = Nmea.Run(rmc + Vtg(7.5, 90)).Only;
        Assert.Equal((7500, 23_050), (fix.SogMilliknots, fix.CogCdeg));
    }

    [Fact]
    public void Quality_SeveralSentences_StrongestStatementCounts()
    {
        Assert.Equal(FixQuality.Estimated, Nmea.Run(Nmea.Rmc("120000", 52, 5) + Nmea.Gga("120000", 52, 5, 6)).Only.Quality);
        Assert.Equal(FixQuality.Corrected, Nmea.Run(Nmea.Gga("120000", 52, 5, 4) + Nmea.Rmc("120000", 52, 5)).Only.Quality);
    }

    [Fact]
    public void Untimed_InFrontOfItsEpoch_BelongsToIt()
    {
        var fixes = Nmea.Run(
            Vtg(1) + Hdt(1) + Zda("120000") + Nmea.Gll("120000", 52, 5)
            + Vtg(2) + Hdt(2) + Zda("120002") + Nmea.Gll("120002", 52, 5)).Fixes;
        Assert.Equal([1000, 2000], fixes.Select(f => f.SogMilliknots));
        Assert.Equal([100, 200], fixes.Select(f => f.HeadingCdeg));
    }

    [Fact]
    public void Untimed_BehindItsEpoch_BelongsToIt()
    {
        var fixes = Nmea.Run(
            Nmea.Gll("120000", 52, 5) + Vtg(1) + Nmea.Gll("120001", 52, 5) + Vtg(2) + Nmea.Gll("120002", 52, 5)).Fixes;
        Assert.Equal([1000, 2000, Fix.Unknown], fixes.Select(f => f.SogMilliknots));
    }

    [Fact]
    public void Untimed_EmptyInFrontOfItsEpoch_DoesNotShiftTheNext()
    {
        var empty = Nmea.Sentence("GPVTG,,T,,M,,N,,K,N");
        var fixes = Nmea.Run(
            empty + Nmea.Gll("120000", 52, 5) + Vtg(2) + Nmea.Gll("120001", 52, 5)).Fixes;
        Assert.Equal([Fix.Unknown, 2000], fixes.Select(f => f.SogMilliknots));
    }

    [Fact]
    public void Untimed_SecondGsaOfTheEpoch_IsOfAnotherSystemAndDoesNotReachTheNext()
    {
        var gsa3 = Nmea.Sentence("GNGSA,A,3,07,08,10,,,,,,,,,,1.10,0.70,0.90,1");
        var gsa2 = Nmea.Sentence("GNGSA,A,2,67,68,70,,,,,,,,,,1.10,0.70,0.90,2");
        var fixes = Nmea.Run(Nmea.Gll("120000", 52, 5) + gsa3 + gsa2 + Nmea.Gll("120001", 52, 5)).Fixes;
        Assert.Equal([FixDimension.ThreeD, FixDimension.Unknown], fixes.Select(f => f.Dimension));
    }

    [Fact]
    public void Untimed_OfAnEpochWithoutPosition_PassesToTheNextWithinTwoSeconds()
    {
        var zda = Zda("120000") + Vtg(3) + Hdt(9);
        var near = Nmea.Run(zda + Nmea.Gll("120002", 52, 5) + Nmea.Gll("120003", 52, 5));
        Assert.Equal([FixRefusal.NoPosition], near.Refusals);
        Assert.Equal([3000, Fix.Unknown], near.Fixes.Select(f => f.SogMilliknots));
        Assert.Equal([900, Fix.Unknown], near.Fixes.Select(f => f.HeadingCdeg));
        Assert.Equal(Fix.Unknown, Nmea.Run(zda + Nmea.Gll("120003", 52, 5)).Only.SogMilliknots);
        Assert.Equal(4000, Nmea.Run(zda + Nmea.Gll("120001", 52, 5) + Vtg(4)).Only.SogMilliknots);
        var empty = Nmea.Sentence("GPVTG,,T,,M,,N,,K,N");
        Assert.Equal(Fix.Unknown, Nmea.Run(zda + Nmea.Gll("120001", 52, 5) + empty).Only.SogMilliknots);
    }

    [Fact]
    public void Untimed_OlderThanTwoSecondsByTheClock_IsDropped()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Vtg(3), 0);
        sink.Feed(Nmea.Gll("120000", 52, 5), 2001);
        sink.Parser.Flush();
        Assert.Equal(Fix.Unknown, sink.Only.SogMilliknots);
    }

    [Theory]
    [InlineData("RMC void")]
    [InlineData("GGA void")]
    [InlineData("GLL void")]
    [InlineData("RMC without time")]
    public void Epoch_SentencesDisagree_IsVoid(string which)
    {
        var time = "120000";
        var text = which switch
        {
            "RMC void" => Nmea.Gga(time, 52, 5) + Nmea.Rmc(time, 52, 5, status: "V"),
            "GGA void" => Nmea.Rmc(time, 52, 5) + Nmea.Gga(time, 52, 5, 0),
            "GLL void" => Nmea.Gll(time, 52, 5, "V") + Nmea.Rmc(time, 52, 5),
            _ => Nmea.Gga(time, 52, 5) + Nmea.Sentence("GPRMC,,V,,,,,,,,,,N"),
        };
        var result = Nmea.Run(text + Nmea.Gll("120001", 52.5, 5));
        Assert.Equal([FixRefusal.Void], result.Refusals);
        Assert.Equal(525_000_000, result.Only.LatitudeE7);
    }

    [Fact]
    public void Epoch_PositionsFarApart_IsContradictory()
    {
        // 0.0018 degree of latitude is 200.2 m, 0.0017 is 189 m; the margin is 200 m.
        var result = Nmea.Run(Nmea.Gga("120000", 52.0018, 5) + Nmea.Rmc("120000", 52, 5));
        Assert.Equal([FixRefusal.Contradictory], result.Refusals);
        Assert.Empty(result.Fixes);
        Assert.Equal(520_000_000, Nmea.Run(Nmea.Gga("120000", 52.0017, 5) + Nmea.Rmc("120000", 52, 5)).Only.LatitudeE7);
    }

    [Fact]
    public void Epoch_PositionWithoutTimeInATimedEpoch_IsNotUsed()
    {
        var result = Nmea.Run(Zda("120000") + Nmea.Gll("", 52, 5));
        Assert.Equal([FixRefusal.NoPosition], result.Refusals);
        Assert.Empty(result.Fixes);
    }

    [Fact]
    public void Epoch_VoidWithoutTimeEachSecond_IsCountedEachSecond()
    {
        var second = "$GPGGA,,,,,,0,,,,M,,M,,*66\r\n$GPGLL,,,,,,V,N*64\r\n$GPRMC,,V,,,,,,,,,,N*53\r\n$GPVTG,,T,,M,,N,,K,N*2C\r\n";
        var result = Nmea.Run(second + second + second);
        Assert.Equal(3, result.Counters.FixesRefused(FixRefusal.Void));
        Assert.Empty(result.Fixes);
    }

    [Fact]
    public void Idle_QuietForLongEnough_ClosesTheEpochOnce()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Nmea.Gga("120000", 52, 5), 1000);
        sink.Feed(Nmea.Rmc("120000", 52, 5), 1100);
        sink.Parser.Idle(1249);
        Assert.Empty(sink.Fixes);
        sink.Parser.Idle(1250);
        Assert.Equal(1000, sink.Only.ReceivedMonotonicMs);
        sink.Parser.Idle(1400);
        sink.Parser.Flush();
        Assert.NotNull(sink.Only);
        Assert.Empty(sink.Refusals);
    }

    [Fact]
    public void Idle_RestOfTheEpochComesLater_NoSecondFixButItsDateIsLearned()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Nmea.Gga("120000", 52, 5), 1000);
        sink.Parser.Idle(1200);
        Assert.False(sink.Only.HasDate);
        sink.Feed(Nmea.Rmc("120000", 52, 5), 1300);
        sink.Parser.Idle(1500);
        Assert.NotNull(sink.Only);
        Assert.Equal([FixRefusal.Repeated], sink.Refusals);
        sink.Feed(Nmea.Gga("120001", 52, 5), 2000);
        sink.Parser.Idle(2200);
        Assert.Equal(Nmea.Day20260806, sink.Fixes[1].DayNumber);
    }

    [Fact]
    public void Idle_FirstHalfWasVoid_SecondHalfIsVoidToo()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Nmea.Rmc("120000", 52, 5, status: "V"), 1000);
        sink.Parser.Idle(1200);
        sink.Feed(Nmea.Gga("120000", 52, 5), 1300);
        sink.Parser.Idle(1500);
        Assert.Empty(sink.Fixes);
        Assert.Equal([FixRefusal.Void, FixRefusal.Void], sink.Refusals);
    }

    [Fact]
    public void Idle_FirstHalfHadNoPosition_SecondHalfIsAFix()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        sink.Feed(Zda("120000") + Vtg(3), 1000);
        sink.Parser.Idle(1200);
        sink.Feed(Nmea.Gga("120000", 52, 5), 1300);
        sink.Parser.Idle(1500);
        Assert.Equal((3000, Nmea.Day20260806), (sink.Only.SogMilliknots, sink.Only.DayNumber));
    }

    [Fact]
    public void Date_NotInTheFirstEpoch_IsUnknownThereAndTheFixIsGood()
    {
        var fixes = Nmea.Run(Nmea.Gga("120000", 52, 5) + Nmea.Rmc("120001", 52, 5) + Nmea.Gga("120002", 52, 5)).Fixes;
        Assert.Equal([Fix.Unknown, Nmea.Day20260806, Nmea.Day20260806], fixes.Select(f => f.DayNumber));
    }

    [Fact]
    public void Date_CarriedOverMidnight_IsTheNextDay()
    {
        var fixes = Nmea.Run(
            Nmea.Rmc("235958", 52, 5, "311226") + Nmea.Gga("235959", 52, 5) + Nmea.Gga("235960", 52, 5)
            + Nmea.Gga("000000", 52, 5) + Nmea.Gga("000001", 52, 5)).Fixes;
        var day = UtcTime.DayNumber(2026, 12, 31);
        Assert.Equal([day, day, day, day + 1, day + 1], fixes.Select(f => f.DayNumber));
        Assert.Equal([86_398_000, 86_399_000, 86_399_999, 0, 1000], fixes.Select(f => f.TimeOfDayMs));
    }

    [Fact]
    public void Date_UnconfirmedForADay_IsForgotten()
    {
        var text = Nmea.Rmc("120000", 52, 5) + string.Concat(
            Enumerable.Range(1, 25).Select(hour => Nmea.Gga($"{(12 + hour) % 24:00}0000", 52, 5)));
        var fixes = Nmea.Run(text).Fixes;
        Assert.Equal(26, fixes.Count);
        Assert.Equal(Nmea.Day20260806 + 1, fixes[24].DayNumber);
        Assert.False(fixes[25].HasDate);
    }

    [Fact]
    public void Date_AfterALongPause_IsForgotten()
    {
        const int HourMs = 3_600_000;
        foreach (var (pauseMs, kept) in ((int, bool)[])[(6 * HourMs, true), ((6 * HourMs) + 1, false)])
        {
            var sink = new RecordingSink(Nmea.AnyDate());
            sink.Feed(Nmea.Rmc("000000", 52, 5), 0);
            sink.Feed(Nmea.Gga("060000", 52, 5), pauseMs);
            sink.Parser.Flush();
            Assert.Equal(kept, sink.Fixes[1].HasDate);
        }
    }

    [Fact]
    public void Date_OfAVoidRmc_IsNotLearned()
    {
        var result = Nmea.Run(Nmea.Rmc("120000", 52, 5, "010180", "V") + Nmea.Gga("120001", 52, 5));
        Assert.False(result.Only.HasDate);
    }

    [Fact]
    public void Date_RmcAndZda_RmcCounts() =>
        Assert.Equal(
            Nmea.Day20260806,
            Nmea.Run(Zda("120000", "01,01,2020") + Nmea.Rmc("120000", 52, 5)).Only.DayNumber);
}
