using BoatTelemetry.BoatCtl.Decode;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests.Decode;

/// <summary>
/// The layout that explanations go by against Core's codec, on bodies that nobody chose: what the codec refuses has a field with a problem and
/// what it takes has none, and what it read is what is told.
/// </summary>
public sealed class BodyLayoutTests(ITestOutputHelper output)
{
    private const int BodiesPerForm = 4_000;

    [Fact]
    public void Layout_RandomBodies_SaysWhatTheCodecSays()
    {
        var random = Seed.New(output);
        var codec = new FrameCodec();
        var area = OperatingArea.Indonesia;
        var (taken, refused) = (0, 0);
        foreach (var vector in FrameVectors.Good.Where(vector => vector.Kind is not (3 or 4)))
        {
            for (var i = 0; i < BodiesPerForm / 10; i++)
            {
                var body = Changed(Convert.FromHexString(vector.Body), random);
                var kind = (FrameKind)vector.Kind;
                var isTaken = codec.ReadBody(kind, vector.Flags, area, body, 0, body.Length) == FrameRejection.None;
                var fields = new BodyExplainer(kind, vector.Flags, body, body.Length, area).Fields();
                var isLengthRight = fields.Sum(field => field.Bits) == body.Length * 8;
                Assert.True(
                    isTaken == (isLengthRight && fields.All(field => field.Problem is null)),
                    $"{vector.Name}: {Convert.ToHexString(body)} is {(isTaken ? "taken" : "refused")} by Core");
                (taken, refused) = isTaken ? (taken + 1, refused) : (taken, refused + 1);
                if (isTaken)
                    AssertSaysTheSame(vector.Name, codec, kind, fields);
            }
        }

        output.WriteLine($"{taken} taken, {refused} refused");
        Assert.True(taken > 1_000 && refused > 1_000);
    }

    private static void AssertSaysTheSame(string name, FrameCodec codec, FrameKind kind, IReadOnlyList<ExplainedField> fields)
    {
        var read = CoreReports.Of(codec, kind);
        var isLong = fields.Any(field => field.Name == "uptime_s");
        foreach (var field in fields.Where(field => field.Report is not null && !(isLong && field.Name == "uptime")))
            Assert.True(read[field.Report!] == CoreReports.Text(field.Value), $"{name}, {field.Name}: Core read {read[field.Report!]}, told is {field.Value}");
    }

    // One bit turned, or a byte, or all: near what encoders make, and far from it.
    private static byte[] Changed(byte[] body, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                body[random.Next(body.Length)] = (byte)random.Next(256);
                break;
            default:
                var first = body[0];
                random.NextBytes(body);

                // A command keeps its kind now and then, and with it its length.
                body[0] = random.Next(2) == 0 ? first : body[0];
                break;
        }

        return body;
    }
}
