using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Tracks;

/// <summary>What the bytes of a track block are, how many, and what becomes of bytes that are none.</summary>
public sealed class TrackFormatTests(ITestOutputHelper output)
{
    /// <summary>
    /// Sizes are exact: a change of one byte is a change of the format. The demands: 0.60 byte a fix of coded position and
    /// time on both logs, and 0.70 with everything around it in frames of 222 B on plaka.
    /// </summary>
    [SharedDataTheory]
    [InlineData("signalk-plaka.log", 7250, 2270, 2426, 2606)]
    [InlineData("gpsd-bundg_zeus_9.log", 149, 48, 61, 76)]
    [InlineData("signalk-gps.log", 1202, 296, 322, 352)]
    [InlineData("signalk-gofree-merrimac.log", 142, 21, 34, 49)]
    [InlineData("gpsd-quectel-l76k-dual.log", 130, 6, 19, 34)]
    [InlineData("gpsd-telit-he910.log", 186, 14, 27, 42)]
    public void Track_OfARecordedLog_TakesItsBytes(string log, int fixes, int code, int payload, int frames)
    {
        var track = NmeaLog.Read(RepositoryPaths.Shared("nmea", log));
        var blocks = TrackBlocks.Encode(track, TrackBlock.PayloadBytesMax, withSpeed: false);
        var sizes = blocks.Sum(b => b.Length);

        Assert.Equal(
            (fixes, code, payload, frames),
            (track.Count, sizes - (TrackBlock.HeaderBytes * blocks.Count), sizes, sizes + (15 * blocks.Count)));
        Assert.InRange((double)code / fixes, 0, 0.60);
        if (log is "signalk-plaka.log")
        {
            Assert.InRange((double)frames / fixes, 0, 0.70);
        }
    }

    [SharedDataTheory]
    [InlineData(51)]
    [InlineData(123)]
    [InlineData(207)]
    public void Block_ThatIsFull_HasLessRoomThanTheNextFixNeeds(int payloadBytesMax)
    {
        var track = NmeaLog.Read(RepositoryPaths.Shared("nmea", "signalk-plaka.log"));
        var blocks = TrackBlocks.Encode(track, payloadBytesMax, withSpeed: false);

        // One fix of this log takes 3 bytes at the most, a block's last byte included, and trailing zeros are cut.
        Assert.All(blocks.SkipLast(1), b => Assert.InRange(b.Length, payloadBytesMax - 4, payloadBytesMax));
    }

    [Fact]
    public void Decoder_OfAMillionPayloads_EndsInAResult()
    {
        var random = Seed.New(output);
        var decoder = new TrackDecoder();
        var good = TrackVectors.Tracks.Select(vector => vector.Payload).ToArray();
        var bytes = new byte[TrackBlock.PayloadBytesMax + 2];
        for (var i = 0; i < 1_000_000; i++)
        {
            var count = RandomBytes.Fill(random, bytes, good[i % 3]);
            var whole = (i & 1023) == 0 || (count == good[i % 3].Length && (i & 15) == 0);
            if (!whole && count > 11)
            {
                // Mostly seven fixes at most, so that a million payloads take seconds.
                bytes[10] &= 0xE0;
                bytes[11] &= 0x0F;
            }

            ReadAll(decoder, bytes, count);
        }
    }

    [Theory]
    [InlineData(TrackReadResult.BadLength, TrackBlock.HeaderBytes - 1, 12, 0x02)]
    [InlineData(TrackReadResult.BadLength, TrackBlock.PayloadBytesMax + 1, 12, 0x02)]
    [InlineData(TrackReadResult.NoFixes, 20, 11, 0x00)]
    [InlineData(TrackReadResult.OutOfRange, 20, 4, 0xFF)]
    [InlineData(TrackReadResult.OutOfRange, 20, 7, 0x7F)]
    [InlineData(TrackReadResult.Fix, 20, 12, 0x00)]
    public void Open_OfAnAlteredHeader_GivesItsReason(TrackReadResult expected, int count, int at, byte value)
    {
        var bytes = new byte[256];
        bytes[11] = 2;
        bytes[at] = value;

        Assert.Equal(expected, new TrackDecoder().Open(bytes, 0, count));
    }

    [Fact]
    public void Track_OfTheVectors_IsTheseBytesBothWays()
    {
        foreach (var vector in TrackVectors.Tracks)
        {
            var block = TrackBlocks.Encode(vector.Points, TrackBlock.PayloadBytesMax, vector.WithSpeed).Single();
            Assert.Equal((vector.Name, Convert.ToHexString(vector.Payload)), (vector.Name, Convert.ToHexString(block)));
            Assert.Equal(vector.Points, TrackBlocks.Decode([vector.Payload]));
        }
    }

    [Fact]
    public void Track_OfTheRejectedVectors_GivesItsReason()
    {
        foreach (var vector in TrackVectors.RejectedTracks)
        {
            Assert.Equal(vector.Reason, new TrackDecoder().Open(vector.Payload, 0, vector.Payload.Length).ToString());
        }
    }

    private static void ReadAll(TrackDecoder decoder, byte[] bytes, int count)
    {
        var result = decoder.Open(bytes, 0, count);
        for (var reads = 0; result == TrackReadResult.Fix; reads++)
        {
            if (reads > TrackBlock.FixesMax || decoder.LatitudeE5 is < -9_000_000 or > 9_000_000
                || decoder.LongitudeE5 is < -18_000_000 or >= 18_000_000)
            {
                Assert.Fail($"{Convert.ToHexString(bytes, 0, count)}: {decoder.LatitudeE5} {decoder.LongitudeE5} after {reads}");
            }

            result = decoder.Read();
        }
    }
}
