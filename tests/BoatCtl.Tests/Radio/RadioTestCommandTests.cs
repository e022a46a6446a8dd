using System.Security.Cryptography;
using System.Text.Json;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatCtl.Tests.Radio;

/// <summary>
/// A range test as it is: a unit on the simulated sea, its radio chip through the air to a concentrator, the real gateway, a real mosquitto, and
/// a command that goes all the way and comes back. In real time, since the receive window is.
/// </summary>
public sealed class RadioTestCommandTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-radio-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task RadioTest_UnitUnderWay_TellsHowItIsHeardAndHowLongACommandTakes()
    {
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings());
        WriteFiles(broker.Port);
        using var gateway = BoatCtlProcess.Start("Gateway", "--config", At("gateway.json"));
        var forwarder = gateway.WaitForLine("gateway ready:").Split("udp/")[1].Split(',')[0];
        using var unit = BoatCtlProcess.Start(
            "BoatCtl", "simulate", "--unit", "7", "--gateway", forwarder, "--key-file", At("unit.key"), "--state", At("flash"));

        // The page's own command line, with this test's broker and folder.
        var arguments = BoatctlPage.Examples(nameof(RadioTest_UnitUnderWay_TellsHowItIsHeardAndHowLongACommandTakes)).Single().Arguments.Select(word =>
            word == "gateway.example.org" ? $"127.0.0.1:{broker.Port}" : Path.HasExtension(word) ? At(word) : word);
        var run = await BoatCtlRun.OfAsync([.. arguments, "--json"]);
        output.WriteLine(run.Out + run.Error);
        Assert.True(run.ExitCode == 0, run.Out + run.Error + gateway.Output + unit.Output);

        var json = run.Json();
        var request = json.GetProperty("requests")[0];
        Assert.Equal("done", request.GetProperty("outcome").GetString());
        Assert.InRange(request.GetProperty("round_trip_ms").GetInt64(), 1, 300_000);
        var way = json.GetProperty("ways")[0];
        Assert.InRange(way.GetProperty("rssi_dbm").GetProperty("mean").GetDouble(), -150, -30);
        Assert.InRange(way.GetProperty("spreading_factors")[0].GetInt32(), 7, 10);
        var lines = await File.ReadAllLinesAsync(At("quay.csv"));
        Assert.Equal(json.GetProperty("ways").EnumerateArray().Sum(one => one.GetProperty("receptions").GetInt32()), lines.Length - 1);

        // What the gateway wrote down on the way is what decode reads.
        var capture = Directory.GetFiles(At("capture")).Single();
        var decoded = BoatCtlRun.Of("decode", capture, "--fleet", At("fleet.json"), "--json");
        Assert.Equal(0, decoded.ExitCode);
        var first = JsonDocument.Parse(decoded.Out.Split('\n')[0]).RootElement;
        Assert.Equal((true, 7), (first.GetProperty("opened").GetBoolean(), first.GetProperty("unit").GetInt32()));
        Assert.Equal(0, unit.Terminate());
        Assert.Equal(0, gateway.Terminate());
    }

    [Fact]
    public void RadioTest_NoBroker_SaysSo()
    {
        var run = BoatCtlRun.Of("radio", "test", "--unit", "7", "--broker", $"127.0.0.1:{FreePorts.Tcp()}", "--json");
        Assert.Equal((ExitCode.NotReached, "broker"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
    }

    [Fact]
    public async Task RadioTest_UnitIsNotHeard_SaysSo()
    {
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings());
        var run = await BoatCtlRun.OfAsync(["radio", "test", "--unit", "7", "--broker", $"127.0.0.1:{broker.Port}", "--count", "0", "--duration", "1", "--json"]);
        Assert.Equal((ExitCode.NotReached, "not-heard"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
    }

    private void WriteFiles(int port)
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(At("unit.key"), key);
        File.WriteAllText(At("fleet.json"), JsonSerializer.Serialize(new { units = new[] { new { unit = 7, agency = "test", name = "KP Test", key } } }));
        File.WriteAllText(At("gateway.json"), JsonSerializer.Serialize(new
        {
            fleet = "fleet.json",
            journal = "journal.db",
            downlink = new { file = "downlink.db" },
            ingest = new { packetForwarder = new { listen = "127.0.0.1:0" }, capture = new { folder = "capture" } },
            mqtt = new { host = "127.0.0.1", port },
        }));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
