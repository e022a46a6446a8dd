using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>tests/Vectors/frames.json, the reference packer and Core: all three say the same.</summary>
public sealed class FrameVectorTests
{
    public static TheoryData<string> GoodNames() => [.. FrameVectors.Good.Select(vector => vector.Name)];

    public static TheoryData<string> BadNames() => [.. FrameVectors.Bad.Select(vector => vector.Name)];

    [Fact]
    public void File_FilledInByTheReferencePacker_IsAsItStands()
    {
        var expected = FrameVectors.Recomputed();
        if (Environment.GetEnvironmentVariable("BOAT_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(FrameVectors.FilePath, expected);
        }

        Assert.Equal(expected, File.ReadAllText(FrameVectors.FilePath));
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Seal_GoldenFrame_IsByteExact(string name)
    {
        var vector = FrameVectors.GoodOne(name);
        Assert.Equal(vector.Frame, Convert.ToHexString(VectorFrames.Seal(vector)));
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Decode_GoldenFrame_SaysWhatWasSaid(string name)
    {
        var vector = FrameVectors.GoodOne(name);
        var frame = Convert.FromHexString(vector.Frame);
        var codec = new FrameCodec();
        Assert.Equal(FrameRejection.None, VectorFrames.Decode(vector, frame, codec, 0, frame.Length));
        Assert.Equal(
            (vector.Kind, vector.Unit, vector.Flags, vector.Body),
            ((int)codec.Header.Kind, codec.Header.Unit, codec.Header.Flags, Convert.ToHexString(codec.Body.AsSpan(0, codec.BodyBytes))));
        Assert.Equal(vector.Counter & (codec.Header.IsDurable ? uint.MaxValue : 0xFFF), codec.Header.IsDurable ? codec.Header.Counter : (uint)codec.Header.CounterLow);

        var read = VectorFrames.Fields(codec);
        foreach (var (field, value) in vector.ExpectedFields())
        {
            Assert.True(JsonNode.DeepEquals(value, read[field]), $"{field}: {value?.ToJsonString()} and not {read[field]?.ToJsonString()}");
        }
    }

    [Fact]
    public void Decode_TheReportsBefore_LeaveNothingBehind()
    {
        // One codec reads all vectors in turn: what a short form does not tell must not be the long form's before it.
        var codec = new FrameCodec();
        foreach (var vector in FrameVectors.Good.Concat(FrameVectors.Good.Reverse()))
        {
            var frame = Convert.FromHexString(vector.Frame);
            var fresh = new FrameCodec();
            Assert.Equal(FrameRejection.None, VectorFrames.Decode(vector, frame, codec, 0, frame.Length));
            Assert.Equal(FrameRejection.None, VectorFrames.Decode(vector, frame, fresh, 0, frame.Length));
            Assert.Equal(VectorFrames.Fields(fresh).ToJsonString(), VectorFrames.Fields(codec).ToJsonString());
        }
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Decode_BadFrame_IsRejectedWithItsReason(string name)
    {
        var vector = FrameVectors.BadOne(name);
        var frame = Convert.FromHexString(vector.Frame);
        Assert.Equal(vector.Rejection, VectorFrames.Decode(vector, frame, new FrameCodec(), 0, frame.Length).ToString());
    }

    [Fact]
    public void Vectors_TheirNamesAndKinds_CoverThePage()
    {
        var forms = FrameVectors.Good.Select(vector => (vector.Kind, vector.Kind == 5 ? vector.Flags & 12 : vector.Flags)).ToHashSet();
        (int, int)[] all = [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (5, 4), (5, 8), (5, 12), (6, 0), (6, 4), (6, 8), (6, 12), (7, 0), (8, 0)];
        Assert.Equal(all.Order(), forms.Order());
        Assert.Equal([0, 1, 2, 3], FrameVectors.Good.Where(v => v.Kind == 5).Select(v => v.Flags & 3).Distinct().Order());
        Assert.Equal(
            Enum.GetNames<CommandKind>().Order(StringComparer.OrdinalIgnoreCase),
            FrameVectors.Good.Where(v => v.Kind == 8).Select(v => (string)v.Fields["kind"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);

        // What a decoder alone can tell; the others need a fleet, a window or a journal.
        string[] reasons = ["FieldOutOfRange", "ReservedBits", "TagMismatch", "TooLong", "TooShort", "UnknownKind", "WrongVersion"];
        Assert.Equal(reasons, FrameVectors.Bad.Select(vector => vector.Rejection).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Open_EverySingleBitErrorOfEveryGoldenFrame_IsRejected()
    {
        var codec = new FrameCodec();
        long turned = 0;
        foreach (var vector in FrameVectors.Good)
        {
            using var aes = new SimulatedAes(Convert.FromHexString(vector.Key));
            var cipher = new AesCcm(aes);
            var frame = Convert.FromHexString(vector.Frame);
            for (var bit = 0; bit < frame.Length * 8; bit++, turned++)
            {
                frame[bit / 8] ^= (byte)(0x80 >> (bit % 8));
                Assert.NotEqual(FrameRejection.None, Rejection(vector, frame, codec, cipher));
                frame[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            }

            Assert.Equal(FrameRejection.None, Rejection(vector, frame, codec, cipher));
        }

        Assert.Equal(FrameVectors.Good.Sum(vector => vector.Frame.Length * 4L), turned);
    }

    [Fact]
    public void Open_EveryGoldenFrameCutOrExtended_IsRejected()
    {
        var codec = new FrameCodec();
        foreach (var vector in FrameVectors.Good)
        {
            using var aes = new SimulatedAes(Convert.FromHexString(vector.Key));
            var cipher = new AesCcm(aes);
            byte[] frame = [.. Convert.FromHexString(vector.Frame), .. new byte[40]];
            for (var length = 0; length <= frame.Length; length++)
            {
                var whole = length == vector.Frame.Length / 2;
                Assert.Equal(whole, Rejection(vector, frame[..length], codec, cipher) == FrameRejection.None);
            }
        }
    }

    private static FrameRejection Rejection(FrameVector vector, byte[] frame, FrameCodec codec, AesCcm cipher)
    {
        var rejection = codec.ReadHeader(frame, 0, frame.Length, vector.IsUplink ? FrameDirection.Uplink : FrameDirection.Downlink);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        // A receiver of short headers tries what the 12 bits allow; here, the counter nearest to the true one.
        var counter = codec.Header.IsDurable
            ? codec.Header.Counter
            : (vector.Counter & 0xFFFFF000) | (uint)codec.Header.CounterLow;
        rejection = codec.Open(cipher, VectorFrames.Area(vector), counter);
        return rejection == FrameRejection.None ? codec.ReadBody() : rejection;
    }
}
