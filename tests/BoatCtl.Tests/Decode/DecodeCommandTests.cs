using System.Text.Json;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Decode;

/// <summary>The command line of <c>decode</c>.</summary>
public sealed class DecodeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-decode-");

    private static FrameVector Event => FrameVectors.Good.First(vector => vector.Kind == 5 && vector.Flags == 0);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Decode_FileOfHexLines_TellsEachAndRefusesTheBadLine()
    {
        var frame = Event.Frame;
        var damaged = frame[..^1] + (frame[^1] == '0' ? '1' : '0');
        var file = Write("frames.txt", $"# heard on the quay\n{frame}\n\nnot a frame\n{damaged}\n");
        var run = BoatCtlRun.Of("decode", file, "--key-file", Write("key", Event.Key), "--json");
        Assert.Equal(1, run.ExitCode);
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(3, lines.Count);
        Assert.True(lines[0].GetProperty("opened").GetBoolean());
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("rejection").ValueKind);
        Assert.Equal("TagMismatch", lines[1].GetProperty("rejection").GetString());
        Assert.Contains("line 4", lines[2].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_WithAFleet_OpensItsUnitsAndRefusesOthers()
    {
        var fleet = Write("fleet.json", JsonSerializer.Serialize(new { units = new[] { new { unit = Event.Unit, agency = "test", name = "KP Test", key = Event.Key.ToLowerInvariant() } } }));
        var other = FrameVectors.Good.First(vector => vector.Kind == 5 && vector.Unit != Event.Unit);
        Assert.Equal(0, BoatCtlRun.Of("decode", Event.Frame, "--fleet", fleet).ExitCode);
        var run = BoatCtlRun.Of("decode", other.Frame, "--fleet", fleet);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("UnknownUnit", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_Capture_TellsHowItWasHeard()
    {
        // The example of docs/ingest.md's capture, with a frame of the vectors.
        var file = Write(
            "capture.jsonl",
            "{\"format\":\"boat-telemetry-capture\",\"version\":1,\"begun\":\"2026-11-23T00:00:00.000Z\"}\n"
            + $"{{\"received_utc_ms\":1772593446000,\"link\":\"lora\",\"frame\":\"{Event.Frame.ToLowerInvariant()}\",\"concentrator\":\"aa555a0000000000\",\"rssi_dbm\":-103,\"snr_db\":-7.5,\"spreading_factor\":7}}\n");
        var run = BoatCtlRun.Of("decode", file, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("2026-03-04T03:04:06Z, lora, concentrator aa555a0000000000, -103 dBm, -7.5 dB, SF7", run.Json().GetProperty("heard").GetString());
    }

    // The vector's counter is 5000.
    [Theory]
    [InlineData(null, 0)]
    [InlineData("5000", 0)]
    [InlineData("70000", 0)]
    [InlineData("80000", 1)]
    public void Decode_LiveFrameNearACounter_IsOpenedIfItIsNear(string? near, int exitCode)
    {
        var live = FrameVectors.GoodOne("live area: Batam, under way, alarm");
        var run = BoatCtlRun.Of(["decode", live.Frame, "--key-file", Write("key", live.Key), .. near is null ? Array.Empty<string>() : ["--near", near]]);
        Assert.True(run.ExitCode == exitCode, run.Out + run.Error);
        Assert.Equal(exitCode == 0, run.Out.Contains("5000", StringComparison.Ordinal));
    }

    [Fact]
    public void Decode_LiveFrameThatNoKeyOpens_SaysThatItTakesItsTime()
    {
        var live = FrameVectors.GoodOne("live area: Batam, under way, alarm");
        var run = BoatCtlRun.Of("decode", live.Frame, "--key-file", Write("key", new string('9', 32)));
        Assert.Contains("--near", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-frame", "zz")]
    [InlineData("no-frame", "123")]
    public void Decode_NoFrame_SaysWhatIsAllowed(string word, string argument)
    {
        var run = BoatCtlRun.Of("decode", argument, "--json");
        Assert.Equal(5, run.ExitCode);
        Assert.Equal(word, run.Json().GetProperty("error").GetString());
    }

    [Fact]
    public void Decode_KeyFileIsBad_DoesNotShowIt()
    {
        var run = BoatCtlRun.Of("decode", Event.Frame, "--key-file", Write("key", "00112233445566778899aabbccddee"));
        Assert.Equal(5, run.ExitCode);
        Assert.DoesNotContain("00112233", run.Out + run.Error, StringComparison.OrdinalIgnoreCase);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
