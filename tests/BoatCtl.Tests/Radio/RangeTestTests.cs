using BoatTelemetry.BoatCtl.Radio;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Radio;

/// <summary>What a range test makes of frames.</summary>
public sealed class RangeTestTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ways_FramesWithGaps_LossIsOfWhatTheUnitSent()
    {
        var test = new RangeTest(new Dictionary<string, (int, int)>(StringComparer.Ordinal) { ["aa"] = (100_000, 10_400_000) });
        foreach (var counter in new uint[] { 10, 11, 13, 14, 19 })
            Assert.True(test.Add(Live(counter, counter % 2 == 0 ? ["aa"] : ["aa", "bb"])));
        Assert.False(test.Add(Live(19, ["aa"])));

        Assert.Equal((5, 10, 5), (test.Frames, (int)test.LiveSent(), test.LiveHeard));
        var (aa, bb) = (test.Ways()[0], test.Ways()[1]);
        Assert.Equal(("aa", 0.5, "bb", 0.7), (aa.Way, aa.Loss!.Value, bb.Way, Math.Round(bb.Loss!.Value, 6)));

        // 0.01 degree north of the concentrator is 1,112 m; the other way is not known to stand anywhere: from the first position.
        Assert.All(aa.Points, point => Assert.InRange(point.DistanceM!.Value, 1_110, 1_113));
        Assert.All(bb.Points, point => Assert.Equal(0, point.DistanceM));
    }

    [Fact]
    public void LiveSent_UnitStartsAnewFarAhead_IsNotTakenForLoss()
    {
        var test = new RangeTest(new Dictionary<string, (int, int)>(StringComparer.Ordinal));
        test.Add(Live(10, ["aa"]));
        test.Add(Live(11, ["aa"]));
        test.Add(Live(1_000_000, ["aa"]));
        Assert.Equal(3, test.LiveSent());
    }

    [Fact]
    public void Of_MessageOfThePage_IsReadAndOthersAreNot()
    {
        var frame = RadioFrame.Of(
            """{"schema":"patrol/v1/position","id":"17-live-42","unit":17,"lat_deg":1.04512,"lon_deg":104.03021,"counter":42,"link":"lora","received":"2026-11-23T00:00:01.123Z","receptions":[{"concentrator":"aa555a0000000000","rssi_dbm":-103,"snr_db":-7.5,"frequency_hz":923200000,"spreading_factor":7},{"link":"cellular"}]}"""u8.ToArray())!;
        Assert.Equal(("17-live-42", true, 42u, 104_512, 10_403_021), (frame.Id, frame.IsLive, frame.Counter, frame.LatitudeE5!.Value, frame.LongitudeE5!.Value));
        Assert.Equal([new RadioReception("aa555a0000000000", -103, -7.5, 7), new RadioReception("cellular", null, null, null)], frame.Receptions);
        Assert.Equal(0, LinkMargin.Of(frame.Receptions[0]));
        Assert.Null(RadioFrame.Of("""{"state":"online"}"""u8.ToArray()));
        Assert.Null(RadioFrame.Of("nothing"u8.ToArray()));
    }

    private static RadioFrame Live(uint counter, string[] ways) => new(
        $"17-live-{counter}", true, counter, _start.AddSeconds(counter), [.. ways.Select(way => new RadioReception(way, -100, -5, 7))])
    {
        LatitudeE5 = 101_000,
        LongitudeE5 = 10_400_000,
    };
}
