using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.SelfTest;
using BoatTelemetry.Core.Tests.Frames;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.SelfTest;

/// <summary>What stands in the firmware is what stands in tests/Vectors, by name.</summary>
public sealed class SelfTestVectorsTests
{
    private static readonly SelfTestVectors _vectors = new();

    [Fact]
    public void Frames_EachIsItsNamesakeInTheFile()
    {
        foreach (var frame in Enumerable.Range(0, _vectors.FrameCount).Select(_vectors.Frame))
        {
            var isGood = frame.Rejection == FrameRejection.None;
            var vector = isGood ? FrameVectors.GoodOne(frame.Name) : FrameVectors.BadOne(frame.Name);

            Assert.Equal((frame.Name, vector.Frame), (frame.Name, Convert.ToHexString(frame.Bytes)));
            Assert.Equal(vector.IsUplink, frame.Direction == FrameDirection.Uplink);
            Assert.Equal((vector.OriginLatitudeE5, vector.OriginLongitudeE5), (frame.OriginLatitudeE5, frame.OriginLongitudeE5));
            Assert.Equal("000102030405060708090A0B0C0D0E0F", vector.Key);
            if (isGood)
                Assert.Equal(vector.Counter, frame.Counter);
            else
                Assert.Equal(vector.Rejection, frame.Rejection.ToString());

            Assert.Equal(isGood ? ExpectedValues(vector) : [], frame.Values);
        }
    }

    [Fact]
    public void Frames_OfEveryKindAndOfSeveralRejections()
    {
        var frames = Enumerable.Range(0, _vectors.FrameCount).Select(_vectors.Frame).ToList();

        Assert.Equal(
            Enum.GetValues<FrameKind>().Where(FrameLimits.IsDefined),
            frames.Where(f => f.Rejection == FrameRejection.None).Select(f => (FrameKind)FrameVectors.GoodOne(f.Name).Kind).Distinct().Order());
        Assert.True(frames.Select(f => f.Rejection).Distinct().Count() >= 6);
    }

    [Fact]
    public void Frames_OfEveryForm()
    {
        var lengths = Enumerable.Range(0, _vectors.FrameCount).Select(_vectors.Frame).Where(f => f.Rejection == FrameRejection.None)
            .Select(f => ((f.Bytes[0] >> 2) & 0xF, f.Bytes.Length)).ToList();

        Assert.Contains(((int)FrameKind.Event, EventFrame.LongBytes), lengths);
        Assert.Contains(((int)FrameKind.Status, StatusFrame.LongBytes), lengths);
        Assert.Contains(((int)FrameKind.Acknowledgement, AcknowledgementFrame.Bytes), lengths);
        Assert.Contains(((int)FrameKind.Acknowledgement, AcknowledgementFrame.LongBytes), lengths);
    }

    [Fact]
    public void Ccm_EachIsItsNamesakeInTheFile()
    {
        var file = Parse("aes-ccm.json")["vectors"]!.AsArray();
        foreach (var ccm in Enumerable.Range(0, _vectors.CcmCount).Select(_vectors.Ccm))
        {
            var json = file.Single(v => (string)v!["name"]! == ccm.Name)!;
            Assert.Equal(Hex(json, "key"), ccm.Key);
            Assert.Equal(Hex(json, "nonce"), ccm.Nonce);
            Assert.Equal(Hex(json, "associated"), ccm.Associated);
            Assert.Equal(Hex(json, "text"), ccm.Text);
            Assert.Equal(Hex(json, "sealed"), ccm.Sealed);
            Assert.Equal((int)json["tagBytes"]!, ccm.TagBytes);
        }
    }

    [Fact]
    public void Epochs_AreTheWholeFile()
    {
        var file = Parse("nmea.json")["epochs"]!.AsArray();
        Assert.Equal(file.Count, _vectors.EpochCount);
        for (var i = 0; i < file.Count; i++)
        {
            var epoch = _vectors.Epoch(i);
            int[] fix = file[i]!["fix"] is { } values ? [.. values.AsArray().Select(v => v is null ? Fix.Unknown : (int)v)] : [];
            Assert.Equal(((string)file[i]!["name"]!, (string)file[i]!["sentences"]!), (epoch.Name, epoch.Sentences));
            Assert.Equal(fix, epoch.Values);
        }
    }

    [Fact]
    public void Tracks_AreTheWholeFile()
    {
        Assert.Equal(TrackVectors.Tracks.Count + TrackVectors.Sketches.Count, _vectors.TrackCount);
        for (var i = 0; i < TrackVectors.Tracks.Count; i++)
        {
            var (file, track) = (TrackVectors.Tracks[i], _vectors.Track(i));
            Assert.Equal((file.Name, file.WithSpeed, file.Points.Count, false), (track.Name, track.WithSpeed, track.PointCount, track.IsSketch));
            Assert.Equal(file.Payload, track.Payload);
            Assert.Equal(Crc(file.Points, withSpeed: true), track.PointsCrc);
        }

        for (var i = 0; i < TrackVectors.Sketches.Count; i++)
        {
            var (file, sketch) = (TrackVectors.Sketches[i], _vectors.Track(TrackVectors.Tracks.Count + i));
            Assert.Equal((file.Name, file.Vertices.Count, true), (sketch.Name, sketch.PointCount, sketch.IsSketch));
            Assert.Equal(file.Payload, sketch.Payload);
            Assert.Equal(Crc(file.Vertices, withSpeed: false), sketch.PointsCrc);
        }
    }

    private static int[] ExpectedValues(FrameVector vector)
    {
        var json = vector.Json.DeepClone().AsObject();
        json["fields"] = vector.ExpectedFields();
        var expected = new FrameVector(json);
        var values = new int[SelfTestValues.CountMax];
        var count = (FrameKind)vector.Kind switch
        {
            FrameKind.LiveArea or FrameKind.LiveWorld => SelfTestValues.Of(VectorFrames.Filled(new LivePosition(), expected), values),
            FrameKind.Event => SelfTestValues.Of(VectorFrames.Filled(new EventReport(), expected), values),
            FrameKind.Status => SelfTestValues.Of(Status(expected), values),
            FrameKind.Acknowledgement => SelfTestValues.Of(VectorFrames.Filled(new Acknowledgement(), expected), values),
            FrameKind.Command => SelfTestValues.Of(VectorFrames.Filled(new Command(), expected), values),
            _ => 0,
        };
        return values[..count];
    }

    private static StatusReport Status(FrameVector vector)
    {
        var report = VectorFrames.Filled(new StatusReport(), vector);
        report.IsLong = vector.Fields.ContainsKey("humidityPercent");
        report.HasLosses = vector.Fields.ContainsKey("framesDamaged");
        return report;
    }

    private static uint Crc(IReadOnlyList<LogFix> points, bool withSpeed)
    {
        var bytes = new byte[points.Count * SelfTestValues.FixBytes];
        var end = 0;
        foreach (var point in points)
        {
            end = SelfTestValues.AddPoint(bytes, end, point.UtcS, point.LatitudeE5, point.LongitudeE5);
            end = withSpeed ? SelfTestValues.AddSpeed(bytes, end, point.SogDeciknots, point.CogDeg) : end;
        }

        return Crc32.Of(bytes, 0, end);
    }

    private static JsonNode Parse(string file) =>
        JsonNode.Parse(File.ReadAllText(RepositoryPaths.InRepository("tests", "Vectors", file)))!;

    private static byte[] Hex(JsonNode json, string name) => Convert.FromHexString((string)json[name]!);
}
