using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Every sentence type: real and made sentences that are read, and wrong ones with the reason of their refusal.</summary>
public sealed class NmeaSentenceTests
{
    private const int Unknown = Fix.Unknown;

    /// <summary>Real sentences, except where marked: body with checksum, then time, latitude, longitude, SOG, COG, day.</summary>
    public static TheoryData<string, int, int, int, int, int, int> Positions => new()
    {
        // Quectel L76K, NMEA 4.1 with navigational status V.
        { "GNRMC,071551.000,A,4739.71754,N,12219.58177,W,0.00,286.35,060826,,,A,V*13", 26_151_000, 476_619_590, -1_223_263_628, 0, 28_635, 20_671 },
        // B&G Zeus2, NMEA 2.3.
        { "GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,1.4,E,A*1F", 35_257_000, 528_501_550, 53_136_167, 5_600, 23_050, 17_763 },
        // The standard's own example, NMEA 2.0: no mode; 23 March 1994.
        { "GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A", 45_319_000, 481_173_000, 115_166_667, 22_400, 8_440, 8_847 },
        // Telit HE910: fraction of two digits.
        { "GPRMC,105153.71,A,5050.4122,N,00420.8266,E,0.14,303.60,120319,,,A*59", 39_113_710, 508_402_033, 43_471_100, 140, 30_360, 17_967 },
        { "GNGGA,071551.000,4739.71754,N,12219.58177,W,1,17,0.8,77.5,M,-21.6,M,,*48", 26_151_000, 476_619_590, -1_223_263_628, Unknown, Unknown, Unknown },
        // Trimble.
        { "GNGNS,014035.00,4332.69262,S,17235.48549,E,RR,13,0.9,25.63,11.24,,*70", 6_035_000, -435_448_770, 1_725_914_248, Unknown, Unknown, Unknown },
        { "GPGLL,5251.0093,N,00518.8170,E,094736,A,A*43", 35_256_000, 528_501_550, 53_136_167, Unknown, Unknown, Unknown },
        { "GPGLL,6005.071,N,02332.346,E,095559,A,D*43", 35_759_000, 600_845_167, 235_391_000, Unknown, Unknown, Unknown },
        // The standard's example, NMEA 2.0: no mode.
        { "GPGLL,4916.45,N,12311.12,W,225444,A,*1D", 82_484_000, 492_741_667, -1_231_853_333, Unknown, Unknown, Unknown },
    };

    [Theory]
    [MemberData(nameof(Positions))]
    public void PositionSentence_Valid_IsReadToTheDigit(
        string sentence, int timeMs, int latitude, int longitude, int sog, int cog, int day)
    {
        var fix = Nmea.Run($"${sentence}\r\n").Only;
        Assert.Equal(timeMs, fix.TimeOfDayMs);
        Assert.Equal(latitude, fix.LatitudeE7);
        Assert.Equal(longitude, fix.LongitudeE7);
        Assert.Equal(sog, fix.SogMilliknots);
        Assert.Equal(cog, fix.CogCdeg);
        Assert.Equal(day, fix.DayNumber);
    }

    [Fact]
    public void Gga_Valid_GivesAltitudeDilutionAndSatellites()
    {
        var fix = Nmea.Run("$GNGGA,071551.000,4739.71754,N,12219.58177,W,1,17,0.8,77.5,M,-21.6,M,,*48\r\n").Only;
        Assert.Equal((7750, 80, 17, FixQuality.Autonomous), (fix.AltitudeCm, fix.HdopE2, fix.Satellites, fix.Quality));
        fix = Nmea.Run("$GPGGA,094736,5251.0094,N,00518.8172,E,1,12,0.60,-4,M,46.8,M,,*4B\r\n").Only;
        Assert.Equal((-400, 60, 12), (fix.AltitudeCm, fix.HdopE2, fix.Satellites));
        fix = Nmea.Run(Nmea.Sentence("GPGGA,094736,5251.0094,N,00518.8172,E,1,,,,M,,M,,")).Only;
        Assert.Equal((Unknown, Unknown, Unknown), (fix.AltitudeCm, fix.HdopE2, fix.Satellites));
    }

    [Theory]
    [InlineData("GPVTG,230.5,T,229.1,M,5.6,N,10.4,K,A*19", 5_600, 23_050)]
    [InlineData("IIVTG,224.44,T,224.44,M,5.81,N,,,D*68", 5_810, 22_444)]
    [InlineData("GNVTG,286.35,T,,M,0.00,N,0.00,K,A*29", 0, 28_635)]
    [InlineData("GPVTG,,T,,M,,N,,K,N*2C", Unknown, Unknown)]
    [InlineData("GPVTG,230.5,T,229.1,M,5.6,N,10.4,K,N", Unknown, Unknown)]
    [InlineData("GPVTG,230.5,T,229.1,M,5.6,N,10.4,K,S", Unknown, Unknown)]
    [InlineData("GPVTG,054.7,T,034.4,M,005.5,N,010.2,K", 5_500, 5_470)]
    [InlineData("GPVTG,360.0,T,,M,0.0005,N,,K,A", 1, 0)]
    [InlineData("GPVTG,360.01,T,,M,-0.1,N,,K,A", Unknown, Unknown)]
    [InlineData("GPVTG,-1,T,,M,100.001,N,,K,A", Unknown, Unknown)]
    public void Vtg_OfAnEpoch_GivesSpeedAndCourse(string body, int sog, int cog)
    {
        var sentence = body.Contains('*') ? $"${body}\r\n" : Nmea.Sentence(body);
        var fix = Nmea.Run(Nmea.Gll("094736", 52.5, 5.25) + sentence).Only;
        Assert.Equal((sog, cog), (fix.SogMilliknots, fix.CogCdeg));
    }

    [Theory]
    [InlineData("GPHDT,274.07,T*03", 27_407)]
    [InlineData("IIHDT,,T*0C", Unknown)]
    [InlineData("GPTHS,77.52,E*34", 7_752)]
    [InlineData("GPTHS,77.52,A", 7_752)]
    [InlineData("GPTHS,77.52,V", Unknown)]
    [InlineData("GPTHS,77.52,M", Unknown)]
    [InlineData("GPHDT,359.999,T", 0)]
    [InlineData("GPHDT,361,T", Unknown)]
    public void HeadingSentence_OfAnEpoch_GivesTheHeading(string body, int heading)
    {
        var sentence = body.Contains('*') ? $"${body}\r\n" : Nmea.Sentence(body);
        Assert.Equal(heading, Nmea.Run(Nmea.Gll("094736", 52.5, 5.25) + sentence).Only.HeadingCdeg);
    }

    [Theory]
    [InlineData("GPGSA,A,3,07,08,10,16,20,21,26,27,29,76,75,70,1.10,0.60,0.90*0B", FixDimension.ThreeD, 60)]
    [InlineData("GNGSA,A,3,01,06,14,15,17,19,20,22,24,30,,,1.3,0.8,1.1,1*34", FixDimension.ThreeD, 80)]
    [InlineData("GPGSA,A,1,,,,,,,,,,,,,,,*1E", FixDimension.Unknown, Unknown)]
    public void Gsa_OfAnEpoch_GivesDimensionAndDilution(string sentence, FixDimension dimension, int hdop)
    {
        var fix = Nmea.Run(Nmea.Gll("094736", 52.5, 5.25) + $"${sentence}\r\n").Only;
        Assert.Equal((dimension, hdop), (fix.Dimension, fix.HdopE2));
    }

    [Theory]
    [InlineData("GPZDA,094737,20,08,2018,-01,00*6B", 2018, 8, 20)]
    [InlineData("GPZDA,094737,16,04,14,-02,00", 2014, 4, 16)]
    [InlineData("GPZDA,094737,16,04,99,,", 1999, 4, 16)]
    [InlineData("GPZDA,094737,29,02,2028", 2028, 2, 29)]
    public void Zda_OfAnEpoch_GivesTheDate(string body, int year, int month, int day)
    {
        var sentence = body.Contains('*') ? $"${body}\r\n" : Nmea.Sentence(body);
        var fix = Nmea.Run(sentence + Nmea.Gll("094737", 52.5, 5.25)).Only;
        Assert.Equal(UtcTime.DayNumber(year, month, day), fix.DayNumber);
    }

    [Theory]
    [InlineData("GPZDA,094737,,,,00,*4D")]
    [InlineData("GPZDA,,,,,,")]
    public void Zda_WithoutDate_LeavesItUnknown(string body)
    {
        body = body.Contains('*') ? body[..^3] : body;
        Assert.False(Nmea.Run(Nmea.Sentence(body) + Nmea.Gll("094737", 52.5, 5.25)).Only.HasDate);
    }

    [Theory]
    [InlineData("000000", 0)]
    [InlineData("235959", 86_399_000)]
    [InlineData("094737.5", 35_257_500)]
    [InlineData("094737.05", 35_257_050)]
    [InlineData("094737.408", 35_257_408)]
    [InlineData("094737.4089", 35_257_408)]
    [InlineData("094737.99999999", 35_257_999)]
    [InlineData("235960", 86_399_999)]
    [InlineData("235960.500", 86_399_999)]
    public void Time_AnyFraction_IsMilliseconds(string time, int expectedMs) =>
        Assert.Equal(expectedMs, Nmea.Run(Nmea.Gll(time, 52.5, 5.25)).Only.TimeOfDayMs);

    /// <summary>Half of the last unit goes up; behind the seventh decimal of a minute nothing matters.</summary>
    [Theory]
    [InlineData("0000.0000000,N,00000.0000000,E", 0, 0)]
    [InlineData("0000.000003,N,00000.0000029,W", 1, 0)]
    [InlineData("0000.0000029999999999999,S,00000.000003,W", 0, -1)]
    [InlineData("0059.99999999,N,00059.9999999,E", 10_000_000, 10_000_000)]
    [InlineData("9000,N,18000,W", 900_000_000, -1_800_000_000)]
    [InlineData("9000.000000,S,18000.0,E", -900_000_000, 1_800_000_000)]
    [InlineData("4807.038,N,01131.000,E", 481_173_000, 115_166_667)]
    [InlineData("4807.03812345,N,01131.00012345,E", 481_173_021, 115_166_687)]
    [InlineData("4807,S,01131,W", -481_166_667, -115_166_667)]
    public void Coordinates_AnyDecimals_AreRoundedToTheLastUnit(string position, int latitude, int longitude)
    {
        var fix = Nmea.Run(Nmea.Sentence($"GPGLL,{position},094736,A,A")).Only;
        Assert.Equal((latitude, longitude), (fix.LatitudeE7, fix.LongitudeE7));
    }

    [Theory]
    [InlineData("A", FixQuality.Autonomous)]
    [InlineData("D", FixQuality.Corrected)]
    [InlineData("P", FixQuality.Corrected)]
    [InlineData("R", FixQuality.Corrected)]
    [InlineData("F", FixQuality.Corrected)]
    [InlineData("E", FixQuality.Estimated)]
    [InlineData("", FixQuality.Unknown)]
    public void Mode_Valid_IsTheQuality(string mode, FixQuality quality)
    {
        Assert.Equal(quality, Nmea.Run(Nmea.Sentence($"GPGLL,5251.0,N,00518.8,E,094736,A,{mode}")).Only.Quality);
        Assert.Equal(quality, Nmea.Run(Nmea.Sentence($"GPRMC,094737,A,5251.0,N,00518.8,E,,,200818,,,{mode}")).Only.Quality);
    }

    [Theory]
    [InlineData("1", FixQuality.Autonomous)]
    [InlineData("2", FixQuality.Corrected)]
    [InlineData("3", FixQuality.Corrected)]
    [InlineData("4", FixQuality.Corrected)]
    [InlineData("5", FixQuality.Corrected)]
    [InlineData("6", FixQuality.Estimated)]
    public void GgaQuality_Valid_IsTheQuality(string digit, FixQuality quality) =>
        Assert.Equal(quality, Nmea.Run(Nmea.Sentence($"GPGGA,094736,5251.0,N,00518.8,E,{digit},12,0.6,-4,M,46.8,M,,")).Only.Quality);

    [Theory]
    [InlineData("GPRMC,094737,V,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", FixRefusal.Void)]
    [InlineData("GPRMC,094737,,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", FixRefusal.Void)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,N", FixRefusal.Void)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,S", FixRefusal.NotMeasured)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,M", FixRefusal.NotMeasured)]
    [InlineData("GPRMC,094737,A,,,,,5.6,230.5,200818,,,A", FixRefusal.NoPosition)]
    [InlineData("GPRMC,,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", FixRefusal.NoTime)]
    [InlineData("GPRMC,,V,,,,,,,,,,N*53", FixRefusal.Void)]
    [InlineData("GPGGA,,,,,,0,,,,M,,M,,*66", FixRefusal.Void)]
    [InlineData("GPGGA,094736,5251.0,N,00518.8,E,0,12,0.6,-4,M,46.8,M,,", FixRefusal.Void)]
    [InlineData("GPGGA,094736,5251.0,N,00518.8,E,,12,0.6,-4,M,46.8,M,,", FixRefusal.Void)]
    [InlineData("GPGGA,094736,5251.0,N,00518.8,E,7,12,0.6,-4,M,46.8,M,,", FixRefusal.NotMeasured)]
    [InlineData("GPGGA,094736,5251.0,N,00518.8,E,8,12,0.6,-4,M,46.8,M,,", FixRefusal.NotMeasured)]
    [InlineData("GPGGA,094736,,,,,1,12,0.6,-4,M,46.8,M,,", FixRefusal.NoPosition)]
    [InlineData("GPGLL,,,,,,V,N*64", FixRefusal.Void)]
    [InlineData("GPGLL,5251.0,N,00518.8,E,094736,V,N", FixRefusal.Void)]
    [InlineData("GPGLL,5251.0,N,,,094736,A,A", FixRefusal.NoPosition)]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,NN,13,0.9,25.63,11.24,,", FixRefusal.Void)]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,,13,0.9,25.63,11.24,,", FixRefusal.Void)]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,AM,13,0.9,25.63,11.24,,", FixRefusal.NotMeasured)]
    [InlineData("GPZDA,094737,20,08,2018,-01,00*6B", FixRefusal.NoPosition)]
    public void Epoch_OfOneWorthlessSentence_NeverBecomesAPosition(string body, FixRefusal reason)
    {
        var sentence = body.Contains('*') ? $"${body}\r\n" : Nmea.Sentence(body);
        var result = Nmea.Run(sentence);
        Assert.Empty(result.Fixes);
        Assert.Equal([reason], result.Refusals);
        Assert.Equal(1, result.Counters.FixesRefused(reason));
    }

    [Theory]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,AN,13,0.9,25.63,11.24,,", FixQuality.Autonomous)]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,NDAN,13,0.9,25.63,11.24,,,V", FixQuality.Corrected)]
    public void Gns_OneSystemHasAFix_IsValid(string body, FixQuality quality) =>
        Assert.Equal(quality, Nmea.Run(Nmea.Sentence(body)).Only.Quality);

    [Theory]
    [InlineData("GPRMC,0947,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,240000,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,096000,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,094761,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,094737.,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,094737.x,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,0947370,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,-94737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Time)]
    [InlineData("GPRMC,094737,B,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Letter)]
    [InlineData("GPRMC,094737,AA,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Letter)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,200818,,,X", NmeaRefusal.Letter)]
    [InlineData("GPRMC,094737,A,521.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,05251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,E,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,n,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0.93,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,-251.0093,N,00518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,N,0518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,N,:0518.8170,E,5.6,230.5,200818,,,A", NmeaRefusal.Coordinate)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,310218,,,A", NmeaRefusal.Date)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,20818,,,A", NmeaRefusal.Date)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,2008.8,,,A", NmeaRefusal.Date)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5,000000,,,A", NmeaRefusal.Date)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6.1,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5e6,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,.,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,-,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,99999999999,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,3000000,230.5,200818,,,A", NmeaRefusal.Number)]
    [InlineData("GPRMC,094737,A,5251.0093,N,00518.8170,E,5.6,230.5", NmeaRefusal.TooFewFields)]
    [InlineData("GPRMC,", NmeaRefusal.TooFewFields)]
    [InlineData("GPGGA,094736,5251.0094,N,00518.8172,E,9,12,0.60,-4,M,46.8,M,,", NmeaRefusal.Letter)]
    [InlineData("GPGGA,094736,5251.0094,N,00518.8172,E,1,12,0.60", NmeaRefusal.TooFewFields)]
    [InlineData("GPGGA,094736,5251.0094,N,00518.8172,E,1,x,0.60,-4,M,46.8,M,,", NmeaRefusal.Number)]
    [InlineData("GPGLL,5251.0,N,00518.8,E,094736", NmeaRefusal.TooFewFields)]
    [InlineData("GPGLL,5251.0,N,00518.8,E,9:4736,A,A", NmeaRefusal.Time)]
    [InlineData("GNGNS,014035.00,4332.69262,S,17235.48549,E,AX,13,0.9,25.63,11.24,,", NmeaRefusal.Letter)]
    [InlineData("GPZDA,094737,31,04,2018,,", NmeaRefusal.Date)]
    [InlineData("GPZDA,094737,20,08,-18,,", NmeaRefusal.Date)]
    [InlineData("GPZDA,094737,20", NmeaRefusal.TooFewFields)]
    [InlineData("GPVTG,230.5,T,229.1,M", NmeaRefusal.TooFewFields)]
    [InlineData("GPVTG,230.5x,T,229.1,M,5.6,N,10.4,K,A", NmeaRefusal.Number)]
    [InlineData("GPHDT,274.07", NmeaRefusal.TooFewFields)]
    [InlineData("GPHDT,274.07,M", NmeaRefusal.Letter)]
    [InlineData("GPGSA,A,4,07,08,10,16,20,21,26,27,29,76,75,70,1.10,0.60,0.90", NmeaRefusal.Letter)]
    [InlineData("GPGSA,A,3,07", NmeaRefusal.TooFewFields)]
    [InlineData("GPGSA,A,3,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24", NmeaRefusal.TooManyFields)]
    public void Sentence_Malformed_IsRefusedWholeWithItsReason(string body, NmeaRefusal reason)
    {
        var result = Nmea.Run(Nmea.Sentence(body));
        Assert.Equal(1, result.Counters.SentencesRefused(reason));
        Assert.Equal(0, result.Counters.SentencesUsed);
        Assert.Empty(result.Fixes);
        Assert.Empty(result.Refusals);
    }

    [Theory]
    [InlineData("9000.0001,N,00518.8170,E")]
    [InlineData("9100.0000,N,00518.8170,E")]
    [InlineData("5260.0000,N,00518.8170,E")]
    [InlineData("5251.0093,N,18000.0001,E")]
    [InlineData("5251.0093,N,19000.0000,W")]
    [InlineData("5251.0093,N,99960.0000,W")]
    public void Coordinate_OutOfRange_MakesTheEpochWorthless(string position)
    {
        var result = Nmea.Run(Nmea.Sentence($"GPGLL,{position},094737,A,A") + Nmea.Rmc("094737", 52.85, 5.3));
        Assert.Equal(1, result.Counters.SentencesRefused(NmeaRefusal.CoordinateRange));
        Assert.Equal([FixRefusal.OutOfRange], result.Refusals);
        Assert.Empty(result.Fixes);
    }

    [Theory]
    [InlineData("010100", 2000)]
    [InlineData("010179", 2079)]
    [InlineData("010180", 1980)]
    [InlineData("010199", 1999)]
    public void RmcDate_TwoDigitYear_IsOfTheCenturyOfGps(string date, int year) =>
        Assert.Equal(UtcTime.DayNumber(year, 1, 1), Nmea.Run(Nmea.Rmc("120000", 52, 5, date)).Only.DayNumber);
}
