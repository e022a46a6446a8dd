using BoatTelemetry.BoatCtl.Decode;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Decode;

/// <summary>Every golden vector explained: what is told is what the vector says, bit for bit, and a bad one stops where it is bad.</summary>
public sealed class FrameExplainerTests
{
    public static TheoryData<string> GoodNames() => [.. FrameVectors.Good.Select(vector => vector.Name)];

    public static TheoryData<string> BadNames() => [.. FrameVectors.Bad.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Explain_GoldenFrame_TellsEveryBitAndWhatWasSaid(string name)
    {
        var vector = FrameVectors.GoodOne(name);
        var told = Explained(vector);
        Assert.True(told.IsOpened);

        // Payloads of tracks are filling in these vectors; Explain_Track... has real ones.
        if (vector.Kind is not (3 or 4))
            Assert.Equal((FrameRejection.None, ""), (told.Rejection, told.Stopped));
        Assert.Equal(((FrameKind)vector.Kind, vector.Unit, vector.Counter), (told.Kind!.Value, told.Unit!.Value, told.Counter!.Value));
        AssertCoversEveryBit(told);
        if (vector.Kind is 3 or 4)
            return;
        Assert.All(told.Fields, field => Assert.Null(field.Problem));

        var body = told.Fields.Where(field => field.Part == FramePart.Body).ToList();
        AssertBits(vector, body);
        var expected = ReferencePacker.Decoded(vector);
        foreach (var field in body.Where(field => field.Report is not null && field.Name != "uptime"))
            Assert.Equal(CoreReports.Text(expected[field.Report!]), CoreReports.Text(field.Value));
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Explain_BadFrame_TellsTheReasonAndWhereItStopped(string name)
    {
        var vector = FrameVectors.BadOne(name);

        // Which way a frame came is not to be seen in it: a kind is taken to go its own way.
        var kind = FrameHeader.KindOf(Convert.FromHexString(vector.Frame).FirstOrDefault());
        if (vector.Rejection == "UnknownKind" && FrameLimits.IsDefined(kind))
            return;
        var told = Explained(vector);
        if (vector.Rejection == "TagMismatch" && told.IsOpened)
        {
            // A receiver that takes another cycle of a short header's counter for the true one; here every cycle is looked at.
            Assert.True(told.Counter != vector.Counter && !FrameLimits.IsDurable(told.Kind!.Value));
            return;
        }

        Assert.Equal(vector.Rejection, told.Rejection.ToString());
        Assert.StartsWith("at ", told.Stopped, StringComparison.Ordinal);
        if (vector.Rejection is "FieldOutOfRange" && !told.Stopped.StartsWith("at the length", StringComparison.Ordinal))
            Assert.Contains(told.Fields, field => field.Problem is not null && told.Stopped.StartsWith($"at {field.Name} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-LiveSearch.NearReach)]
    [InlineData(LiveSearch.NearReach)]
    public void Explain_NearACounterAtTheReach_FindsTheFrames(long away)
    {
        var vector = FrameVectors.Good.First(one => !FrameLimits.IsDurable((FrameKind)one.Kind) && one.Counter >= 2 * LiveSearch.NearReach && one.Counter <= uint.MaxValue - LiveSearch.NearReach);
        var area = new OperatingArea(vector.OriginLatitudeE5, vector.OriginLongitudeE5);
        var search = LiveSearch.All with { Near = (uint)(vector.Counter + away) };

        var told = new FrameExplainer(FrameKeys.Of(Convert.FromHexString(vector.Key), area), search).Explain(Convert.FromHexString(vector.Frame));

        Assert.Equal((true, vector.Counter), (told.IsOpened, told.Counter!.Value));
    }

    [Fact]
    public void Explain_WithoutAKey_TellsTheHeaderAndLeavesTheRestSealed()
    {
        var vector = FrameVectors.Good.First(one => one.Kind == 5);
        var told = new FrameExplainer(FrameKeys.None, LiveSearch.All).Explain(Convert.FromHexString(vector.Frame));
        Assert.Equal((FrameRejection.None, false), (told.Rejection, told.IsOpened));
        Assert.Equal(["version", "kind", "unit", "flags", "counter", "body", "tag"], told.Fields.Select(field => field.Name));
        AssertCoversEveryBit(told);
    }

    [Fact]
    public void Explain_TrackAndSketch_HaveTheFixesOfTheVectors()
    {
        foreach (var track in TrackVectors.Tracks)
        {
            var told = Explained(FrameKind.Track, track.Payload);
            Assert.Equal((FrameRejection.None, $"{track.Points.Count}"), (told.Rejection, CoreReports.Text(told.Fields.Single(field => field.Name == "count").Value)));
            Assert.Equal(track.Points.Select(point => Fix(point, track.WithSpeed)), told.Fixes);
        }

        foreach (var sketch in TrackVectors.Sketches)
        {
            var told = Explained(FrameKind.Sketch, sketch.Payload);
            Assert.Equal((FrameRejection.None, $"{sketch.BoundM}"), (told.Rejection, CoreReports.Text(told.Fields.Single(field => field.Name == "bound").Value)));
            Assert.Equal(sketch.Vertices.Select(vertex => Fix(vertex, withSpeed: false)), told.Fixes);
        }
    }

    [Fact]
    public void Explain_PayloadThatIsNoTrack_TellsAtWhichFixAndWhy()
    {
        foreach (var track in TrackVectors.RejectedTracks.Where(one => one.Payload.Length is >= 13 and <= 207))
        {
            var told = Explained(FrameKind.Track, track.Payload);
            Assert.Equal(FrameRejection.FieldOutOfRange, told.Rejection);
            Assert.Matches($"^at fix [0-9]+ of the block: {track.Reason}$", told.Stopped);
        }
    }

    [Fact]
    public void Explain_CommandWithAKey_DoesNotShowIt()
    {
        var vector = FrameVectors.Good.First(one => one.Kind == 8 && one.Fields.ContainsKey("key"));
        var told = Explained(vector);
        var json = FrameReport.Json(new InputFrame(0, told.Frame, ""), told).ToJsonString();
        Assert.Contains("not shown", json, StringComparison.Ordinal);
        Assert.DoesNotContain((string)vector.Fields["key"]!, json, StringComparison.OrdinalIgnoreCase);
    }

    private static ExplainedFix Fix(LogFix fix, bool withSpeed) => new(
        fix.UtcS, fix.LatitudeE5, fix.LongitudeE5, withSpeed && fix.SogDeciknots != int.MinValue ? fix.SogDeciknots : null, withSpeed && fix.CogDeg != int.MinValue ? fix.CogDeg : null);

    private static FrameExplanation Explained(FrameKind kind, byte[] payload)
    {
        var key = new byte[16];
        using var cipher = new PlatformAesCcm(key);
        var frame = new byte[FrameLimits.FrameBytesMax];
        payload.CopyTo(frame, FrameHeader.DurableBytes);
        var length = new FrameCodec().SealTrack(kind, payload.Length, cipher, 77, 70_000, frame, 0);
        return new FrameExplainer(FrameKeys.Of(key, null), LiveSearch.All).Explain(frame[..length]);
    }

    private static FrameExplanation Explained(FrameVector vector)
    {
        var area = new OperatingArea(vector.OriginLatitudeE5, vector.OriginLongitudeE5);
        return new FrameExplainer(FrameKeys.Of(Convert.FromHexString(vector.Key), area), LiveSearch.All).Explain(Convert.FromHexString(vector.Frame));
    }

    private static void AssertCoversEveryBit(FrameExplanation told)
    {
        var at = 0;
        foreach (var field in told.Fields)
        {
            Assert.Equal(at, field.FromBit);
            at += field.Bits;
        }

        Assert.Equal(told.Frame.Length * 8, at);
    }

    // The same widths as the packer's table, which nothing of this or of Core knows; a key is one field here and sixteen there.
    private static void AssertBits(FrameVector vector, List<ExplainedField> body)
    {
        var bits = string.Concat(Convert.FromHexString(vector.Body).Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')));
        var widths = ReferencePacker.Widths(vector).ToList();
        var told = body.SelectMany(field => field.Bits == 128 ? Enumerable.Repeat(8, 16) : [field.Bits]).ToList();
        Assert.Equal(widths, told);
        foreach (var field in body.Where(field => field.Raw is not null))
            Assert.Equal(Convert.ToUInt32(bits.Substring(field.FromBit - body[0].FromBit, field.Bits), 2), field.Raw);
    }
}
