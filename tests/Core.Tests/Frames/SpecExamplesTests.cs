using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>The page is the law; these tests hold the code to it, and it to itself.</summary>
public sealed class SpecExamplesTests
{
    public static TheoryData<string> Titles() => [.. SpecPage.Examples.Select(example => example.Title)];

    [Fact]
    public void Page_ItsExamples_AreOneForEachKindFormAndCommand()
    {
        string[] expected =
        [
            "1", "2", "3", "4", "5 area", "5 area long", "5 world", "6", "6 long", "6 losses", "6 long losses", "7", "7 long",
            "8 reportInterval", "8 statusRequest", "8 backlogRange", "8 sosAcknowledged", "8 keyChange",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), SpecPage.Examples.Select(FormOf).Order(StringComparer.Ordinal));
        Assert.Contains($"under the key `{SpecPage.Key}`", SpecPage.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void Example_ItsFields_AreTheLayoutsAndMakeItsBody(string title)
    {
        var example = Named(title);
        if (example.Kind is 3 or 4)
        {
            Assert.Empty(example.Rows);
            return;
        }

        Assert.Equal(SpecPage.Layout(example), example.Rows.Select(row => (row.Field, row.Bits)));
        var bits = string.Concat(example.Rows.Select(Bits));
        Assert.Equal(example.Body, string.Concat(bits.Chunk(8).Select(octet => Convert.ToByte(new string(octet), 2).ToString("X2"))));
        Assert.Equal(SpecPage.Layout(example).Sum(field => field.Bits), ReferencePacker.Widths(example.ToVector()).Sum());
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void Example_ItsFrame_SaysWhatItsLinesSay(string title)
    {
        var example = Named(title);
        var vector = example.ToVector();
        var frame = Convert.FromHexString(example.Frame);
        var codec = new FrameCodec();
        Assert.Equal(FrameRejection.None, VectorFrames.Decode(vector, frame, codec, 0, frame.Length));
        Assert.Equal(
            (example.Kind, example.Flags, example.Unit, example.Body),
            ((int)codec.Header.Kind, codec.Header.Flags, codec.Header.Unit, Convert.ToHexString(codec.Body.AsSpan(0, codec.BodyBytes))));
        Assert.Equal(codec.Header.IsDurable ? example.Counter : example.Counter % 4096, codec.Header.IsDurable ? codec.Header.Counter : (uint)codec.Header.CounterLow);
        var read = VectorFrames.Fields(codec);
        foreach (var (name, value) in vector.Fields)
        {
            Assert.True(JsonNode.DeepEquals(value, read[name]), $"{name}: {value} and not {read[name]}");
        }
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void Example_ItsLinesSealed_AreItsFrame(string title)
    {
        var example = Named(title);
        Assert.Equal(example.Frame, Convert.ToHexString(VectorFrames.Seal(example.ToVector())));
        Assert.Equal(example.Frame, ReferencePacker.Frame(example.ToVector(), example.Body));
    }

    [Fact]
    public void Page_TableOfKinds_IsTheCodes()
    {
        var rows = SpecPage.Table("## Kinds").ToArray();
        Assert.Equal(Enum.GetValues<FrameKind>().Select(kind => (int)kind), rows.Select(row => int.Parse(row[0])));
        foreach (var row in rows)
        {
            var kind = (FrameKind)int.Parse(row[0]);
            Assert.Equal(row[2] == "up" ? FrameDirection.Uplink : FrameDirection.Downlink, FrameLimits.DirectionOf(kind));
            Assert.Equal(row[4] == "long", FrameLimits.IsDurable(kind));
            Assert.Equal(int.Parse(row[5]), FrameLimits.TagBytes(kind));
            Assert.Equal(row[6], SealedBytes(kind));
        }
    }

    [Fact]
    public void Page_TableOfRejections_IsTheCodes()
    {
        var named = SpecPage.Table("## Rejections").SelectMany(row => row[1].Split(", ")).Select(name => name.Trim('`')).Distinct();
        var coded = Enum.GetNames<FrameRejection>().Where(name => name != nameof(FrameRejection.None));
        Assert.Equal(coded.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static string SealedBytes(FrameKind kind)
    {
        var around = FrameLimits.HeaderBytes(kind) + FrameLimits.TagBytes(kind);
        var shortest = around + FrameLimits.BodyBytesShortest(kind, 0);
        var longest = around + FrameLimits.BodyBytesLongest(kind, 0);
        return kind switch
        {
            FrameKind.Event => $"{shortest}, long form {around + FrameLimits.BodyBytesLongest(kind, EventFrame.LongFlag)}",
            FrameKind.Status => $"{shortest}, long form {around + FrameLimits.BodyBytesLongest(kind, StatusFrame.LongFlag)}, "
                + $"with losses {FrameLimits.BodyBytesLongest(kind, StatusFrame.LossesFlag) - FrameLimits.BodyBytesLongest(kind, 0)} more",
            FrameKind.Acknowledgement => $"{shortest}, long form {longest}",
            _ => shortest == longest ? $"{shortest}" : $"{shortest} to {longest}",
        };
    }

    private static SpecExample Named(string title) => SpecPage.Examples.Single(example => example.Title == title);

    private static string FormOf(SpecExample example) => example.Kind switch
    {
        5 => $"5 {((example.Flags & 8) != 0 ? "world" : "area")}{((example.Flags & 4) != 0 ? " long" : "")}",
        6 => $"6{((example.Flags & 8) != 0 ? " long" : "")}{((example.Flags & 4) != 0 ? " losses" : "")}",
        7 => example.Rows.Count > 2 ? "7 long" : "7",
        8 => $"8 {example.Rows[0].Value}",
        _ => $"{example.Kind}",
    };

    private static string Bits(SpecRow row)
    {
        if (row.Code is not { } code)
        {
            return string.Concat(Convert.FromHexString(row.Value!).Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')));
        }

        var bits = Convert.ToString((long)code, 2).PadLeft(row.Bits, '0');
        Assert.Equal(row.Bits, bits.Length);
        return bits;
    }
}
