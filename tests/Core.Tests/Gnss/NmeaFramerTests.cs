using BoatTelemetry.Core.Gnss;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Framing: starts, ends, checksums, limits, and the way back into step.</summary>
public sealed class NmeaFramerTests
{
    private const string Body = "GPGLL,5251.0093,N,00518.8170,E,094736,A,A";
    private const string Whole = "$" + Body + "*43\r\n";

    [Theory]
    [InlineData("*43\r\n")]
    [InlineData("*43\n")]
    [InlineData("*43\r")]
    [InlineData("*43")]
    public void Sentence_AnyLineEnd_IsRead(string end) => Assert.NotNull(Nmea.Run("$" + Body + end).Only);

    [Theory]
    [InlineData("$IIHDT,,T*0C\r\n")]
    [InlineData("$IIHDT,,T*0c\r\n")]
    public void Checksum_EitherHexCase_IsRead(string sentence) =>
        Assert.Equal(1, Nmea.Run(sentence).Counters.SentencesUsed);

    [Theory]
    [InlineData("$" + Body + "*44\r\n", NmeaRefusal.ChecksumMismatch)]
    [InlineData("$" + Body + "\r\n", NmeaRefusal.ChecksumMissing)]
    [InlineData("$" + Body + "*\r\n", NmeaRefusal.ChecksumMissing)]
    [InlineData("$" + Body + "*4\r\n", NmeaRefusal.ChecksumMissing)]
    [InlineData("$" + Body + "*4G\r\n", NmeaRefusal.ChecksumMalformed)]
    [InlineData("$" + Body + "*430\r\n", NmeaRefusal.ChecksumMalformed)]
    [InlineData("$" + Body + "*4", NmeaRefusal.BrokenOff)]
    [InlineData("$" + Body, NmeaRefusal.BrokenOff)]
    [InlineData("$GPGLL,5251.0093,N\t,00518.8170,E,094736,A,A*4A\r\n", NmeaRefusal.BrokenOff)]
    [InlineData("$GPGLL,5251.0093,N\u00E9,00518.8170,E,094736,A,A*AA\r\n", NmeaRefusal.BrokenOff)]
    [InlineData("$GPGLL,5251.0093,N\u007F,00518.8170,E,094736,A,A*3C\r\n", NmeaRefusal.BrokenOff)]
    [InlineData("$GPGLL,5251.0$GPGLL\r\n", NmeaRefusal.BrokenOff)]
    public void Sentence_Broken_IsRefusedAndTheNextIsRead(string broken, NmeaRefusal reason)
    {
        Assert.Equal(1, Nmea.Run(broken).Counters.SentencesRefused(reason));
        Assert.Empty(Nmea.Run(broken).Fixes);
        var result = Nmea.Run(broken + Whole);
        Assert.NotNull(result.Only);
        Assert.Equal(1, result.Counters.SentencesUsed);
    }

    [Fact]
    public void Start_WithinASentence_BeginsAnew()
    {
        var result = Nmea.Run("$GPGLL,5251.00" + Whole);
        Assert.NotNull(result.Only);
        Assert.Equal(1, result.Counters.Resynchronisations);
        result = Nmea.Run("$GPG" + Whole);
        Assert.NotNull(result.Only);
        result = Nmea.Run("$" + Whole);
        Assert.NotNull(result.Only);
        result = Nmea.Run("$GPGLL,5251.00!AIVDM,1,1,1,,13aI8e?P00PGpU:NR6s00?vT2000,0,0*1C\r\n" + Whole);
        Assert.NotNull(result.Only);
        Assert.Equal(1, result.Counters.Resynchronisations);
    }

    [Theory]
    [InlineData("$PGLLA,5251.0093,N,00518.8170,E,094736,A,A")]
    [InlineData("$PUBX,00,081350.00,4717.113210,N,00833.915187,E,546.589,G3,2.1,2.0,0.007,77.52,0.007,,0.92,1.19,0.77,9,0,0")]
    [InlineData("$GPGSV,3,1,12,07,10,333,39,08,12,279,35,10,16,158,33,16,74,249,37")]
    [InlineData("!AIVDM,1,1,1,,13aI8e?P00PGpU:NR6s00?vT2000,0,0")]
    [InlineData("$gpgll,5251.0093,N,00518.8170,E,094736,A,A")]
    [InlineData("$GPGLLX,5251.0093,N,00518.8170,E,094736,A,A")]
    [InlineData("$GPGL,5251.0093,N,00518.8170,E,094736,A,A")]
    public void Sentence_OfAnotherType_IsIgnored(string sentence)
    {
        var result = Nmea.Run($"{sentence}*{Nmea.Checksum(sentence[1..]):X2}\r\n");
        Assert.Empty(result.Fixes);
        Assert.Empty(result.Refusals);
        Assert.Equal(1, result.Counters.SentencesIgnored);
        Assert.Equal(0, result.Counters.SentencesUsed);
    }

    [Theory]
    [InlineData("GP")]
    [InlineData("GN")]
    [InlineData("BD")]
    [InlineData("II")]
    [InlineData("U0")]
    public void Talker_Any_IsRead(string talker) => Assert.NotNull(Nmea.Run(Nmea.Sentence(talker + Body[2..])).Only);

    [Fact]
    public void Length_AtTheLimit_IsReadAndOneMoreIsRefused()
    {
        // Decimals fill the sentence up to exactly the limit, with '$' and CR LF.
        var decimals = new string('1', NmeaLine.LengthMax - Nmea.Sentence(OfDecimals("")).Length);
        var longest = Nmea.Sentence(OfDecimals(decimals));
        Assert.Equal(120, longest.Length);
        Assert.NotNull(Nmea.Run(longest).Only);
        var result = Nmea.Run(Nmea.Sentence(OfDecimals(decimals + "1")));
        Assert.Empty(result.Fixes);
        Assert.Equal(1, result.Counters.SentencesRefused(NmeaRefusal.TooLong));
    }

    [Fact]
    public void Sentence_Endless_IsRefusedOnceAndTheNextIsRead()
    {
        var result = Nmea.Run("$GPGLL," + new string('5', 100_000) + Whole);
        Assert.NotNull(result.Only);
        Assert.Equal(1, result.Counters.SentencesRefused(NmeaRefusal.TooLong));
    }

    [Fact]
    public void Sentence_BytesRemovedAcrossTwo_JoinedOneIsRefused()
    {
        var result = Nmea.Run("$GPGLL,5251.0093,N,00518." + "8149,E,094737,A,A*4E\r\n" + Whole);
        Assert.Equal(1, result.Counters.SentencesRefused(NmeaRefusal.ChecksumMismatch));
        Assert.Equal(35_256_000, result.Only.TimeOfDayMs);
    }

    [Fact]
    public void Feed_RangeOutsideTheBuffer_Throws()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        Assert.Throws<ArgumentNullException>(() => sink.Parser.Feed(null!, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => sink.Parser.Feed(new byte[4], 2, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => sink.Parser.Feed(new byte[4], -1, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => sink.Parser.Feed(new byte[4], 1, -1, 0));
        Assert.Throws<ArgumentNullException>(() => new NmeaParser(null!, sink));
        Assert.Throws<ArgumentNullException>(() => new NmeaParser(Nmea.AnyDate(), null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NmeaParser(new GnssOptions { ReanchorAfterFixes = 0 }, sink));
    }

    [Fact]
    public void Feed_PartOfABuffer_ReadsThatPartOnly()
    {
        var sink = new RecordingSink(Nmea.AnyDate());
        var bytes = Nmea.Bytes("$$$" + Whole + "$GPGLL,");
        sink.Parser.Feed(bytes, 3, Whole.Length, 0);
        sink.Parser.Flush();
        Assert.NotNull(sink.Only);
        Assert.Equal(0, sink.Counters.Resynchronisations);
    }

    private static string OfDecimals(string decimals) => $"GPGLL,5251.{decimals},N,00518.8170,E,094736,A,A";
}
