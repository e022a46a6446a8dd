using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Tracks;

public sealed class TrackCodecTests(ITestOutputHelper output)
{
    /// <summary>Payloads of frames of 66, 138 and 222 bytes.</summary>
    public static readonly TheoryData<int, bool> Payloads = new()
    {
        { 51, false }, { 51, true }, { 123, false }, { 123, true }, { 207, false }, { 207, true },
    };

    [SharedDataTheory]
    [MemberData(nameof(Payloads))]
    public void Track_OfEveryRecordedLog_IsReadBackExactly(int payloadBytesMax, bool withSpeed)
    {
        foreach (var file in Directory.GetFiles(RepositoryPaths.Shared("nmea"), "*.log"))
        {
            AssertRoundTrip(NmeaLog.Read(file), payloadBytesMax, withSpeed);
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Track_AtRandom_IsReadBackExactly(int payloadBytesMax, bool withSpeed)
    {
        var random = Seed.New(output);
        for (var i = 0; i < 300; i++)
        {
            AssertRoundTrip(RandomTracks.Next(random, random.Next(1, 600)), payloadBytesMax, withSpeed);
        }
    }

    [Fact]
    public void Track_AcrossTheAntimeridian_TakesNoEscapes()
    {
        var track = Enumerable.Range(0, 300)
            .Select(i => new LogFix(1_700_000_000 + i, -1_700_000 + i, Wrapped(17_999_000 + (i * 7)), 0, 0)).ToList();
        var blocks = TrackBlocks.Encode(track, 207, withSpeed: false);

        Assert.Equal(track.Select(f => TrackBlocks.Canonical(f, false)), TrackBlocks.Decode(blocks));
        Assert.Single(blocks);
        Assert.InRange(blocks[0].Length, 0, 24);
    }

    [Fact]
    public void Track_WhoseReceiverLeavesTheMinuteGrid_IsReadBackExactly()
    {
        // 0.001' for 60 fixes, then finer steps: the model switches to 0.001' and back.
        var track = Enumerable.Range(0, 120)
            .Select(i => new LogFix(i, i < 60 ? (int)Math.Round(i * 5 * 5 / 3.0) : 500 + (i * 7), (int)Math.Round(i * 5 / 3.0), 0, 0))
            .ToList();
        AssertRoundTrip(track, 207, withSpeed: false);
    }

    [Theory]
    [InlineData(TrackAddResult.BadTime, 999, 0, 0, 0, 0)]
    [InlineData(TrackAddResult.BadTime, 1000, 0, 0, 0, 0)]
    [InlineData(TrackAddResult.BadTime, 0x1_0000_0000, 0, 0, 0, 0)]
    [InlineData(TrackAddResult.BadTime, long.MinValue, 0, 0, 0, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, 9_000_001, 0, 0, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, int.MinValue, 0, 0, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, 0, 18_000_001, 0, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, 0, 0, 4096, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, 0, 0, -1, 0)]
    [InlineData(TrackAddResult.OutOfRange, 1001, 0, 0, 0, 360)]
    [InlineData(TrackAddResult.Gap, 1000 + TrackBlock.GapMaxS + 1, 0, 0, 0, 0)]
    [InlineData(TrackAddResult.Added, 1000 + TrackBlock.GapMaxS, -9_000_000, 18_000_000, 4095, 359)]
    [InlineData(TrackAddResult.Added, 1001, 0, 0, int.MinValue, int.MinValue)]
    public void Add_OfAnOddFix_GivesItsReasonAndKeepsTheBlock(
        TrackAddResult expected, long utcS, int latitudeE5, int longitudeE5, int sog, int cog)
    {
        var encoder = new TrackEncoder(207, withSpeed: true);
        var first = new LogFix(1000, 1, 2, 3, 4);
        var second = new LogFix(utcS, latitudeE5, longitudeE5, sog, cog);
        Assert.Equal(TrackAddResult.Added, TrackBlocks.Add(encoder, first));

        Assert.Equal(expected, TrackBlocks.Add(encoder, second));

        var kept = expected == TrackAddResult.Added ? new[] { first, second } : [first];
        Assert.Equal(kept.Select(f => TrackBlocks.Canonical(f, true)), TrackBlocks.Decode([TrackBlocks.Finish(encoder, 207)]));
    }

    [Fact]
    public void Add_AfterTheRateChanged_AsksForANewBlock()
    {
        var encoder = new TrackEncoder(207, withSpeed: false);
        var utcS = 1000L;
        for (var i = 0; i < 50; i++, utcS++)
        {
            Assert.Equal(TrackAddResult.Added, encoder.Add(utcS, i, i, 0, 0));
        }

        var results = new List<TrackAddResult>();
        for (var i = 0; i < 20 && !results.Contains(TrackAddResult.RateChanged); i++, utcS += 10)
        {
            results.Add(encoder.Add(utcS + 9, 50 + (10 * i), 50 + (10 * i), 0, 0));
        }

        Assert.Equal(TrackAddResult.RateChanged, results[^1]);
        Assert.All(results.SkipLast(1), r => Assert.Equal(TrackAddResult.Added, r));
        Assert.Equal(49 + results.Count, TrackBlocks.Decode([TrackBlocks.Finish(encoder, 207)]).Count);
    }

    [Fact]
    public void Finish_WithoutAFix_WritesNothing()
    {
        var buffer = new byte[207];
        Assert.Equal(0, new TrackEncoder(207, withSpeed: false).Finish(buffer, 0));
        Assert.All(buffer, b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(TrackEncoder.PayloadBytesLeast - 1)]
    [InlineData(TrackBlock.PayloadBytesMax + 1)]
    public void Encoder_OfAnImpossibleLength_Throws(int payloadBytesMax)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrackEncoder(payloadBytesMax, withSpeed: false));
    }

    [Fact]
    public void Encoder_AtRest_EndsTheBlockAtItsMostFixes()
    {
        var encoder = new TrackEncoder(207, withSpeed: false);
        var added = 0;
        while (encoder.Add(1000 + added, 5_000_000, 500_000, 0, 0) == TrackAddResult.Added)
        {
            added++;
        }

        Assert.Equal(TrackBlock.FixesMax, added);
        Assert.Equal(TrackAddResult.BlockFull, encoder.Add(1000 + added, 5_000_000, 500_000, 0, 0));
        Assert.Equal(added, TrackBlocks.Decode([TrackBlocks.Finish(encoder, 207)]).Count);
    }

    [Fact]
    public void Encoder_OverAHundredThousandFixes_AllocatesNothing()
    {
        var track = RandomTracks.Next(new Random(7), 5000);
        var encoder = new TrackEncoder(207, withSpeed: true);
        var buffer = new byte[207];
        AddAll(encoder, track, buffer, 0);
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var round = 1; round <= 20; round++)
            {
                AddAll(encoder, track, buffer, round * 100_000_000L);
            }
        }));
    }

    private static void AddAll(TrackEncoder encoder, List<LogFix> track, byte[] buffer, long laterS)
    {
        foreach (var fix in track)
        {
            var utcS = fix.UtcS - track[0].UtcS + laterS;
            if (TrackEncoder.NeedsNewBlock(encoder.Add(utcS, fix.LatitudeE5, fix.LongitudeE5, fix.SogDeciknots, fix.CogDeg)))
            {
                encoder.Finish(buffer, 0);
                encoder.Add(utcS, fix.LatitudeE5, fix.LongitudeE5, fix.SogDeciknots, fix.CogDeg);
            }
        }
    }

    private static void AssertRoundTrip(List<LogFix> track, int payloadBytesMax, bool withSpeed)
    {
        var blocks = TrackBlocks.Encode(track, payloadBytesMax, withSpeed);
        Assert.Equal(track.Select(f => TrackBlocks.Canonical(f, withSpeed)), TrackBlocks.Decode(blocks));
    }

    private static int Wrapped(int longitudeE5) => longitudeE5 >= 18_000_000 ? longitudeE5 - 36_000_000 : longitudeE5;
}
