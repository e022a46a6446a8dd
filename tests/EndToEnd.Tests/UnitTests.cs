using System.Security.Cryptography;
using System.Text.Json;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>
/// The whole boat unit as a process (its own loop, drivers and radio chip) to the real gateway and a real mosquitto: live
/// positions. <see cref="DownlinkTests"/> has what comes back.
/// </summary>
public sealed class UnitTests(ITestOutputHelper output) : IDisposable
{
    private const string Topic = "patrol/v1/test/7/position";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-unit-end-to-end-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("t-beam")]
    [InlineData("carrier-s3")]
    public async Task Unit_UnderWay_ItsPositionIsOnMqtt(string board)
    {
        WriteKeyAndFleet();
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings());
        await System.IO.File.WriteAllTextAsync(File("gateway.json"), GatewayJson(broker.Port));
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, Topic, "%p");
        await using var gateway = new ProgramProcess("Gateway", "--config", File("gateway.json"));
        var ready = await gateway.LineAsync("gateway ready:");
        var forwarder = ready.Split("udp/")[1].Split(',')[0];

        // At the world's pace nearly: the gateway takes a boat's time only near its own.
        await using var unit = new ProgramProcess(
            "Host", "unit", "--board", board, "--unit", "7", "--gateway", forwarder, "--key-file", File("unit.key"), "--state", File("flash"), "--speed", "4");
        using var json = JsonDocument.Parse(await subscriber.ReadAsync());
        Assert.Equal(0, await unit.TerminateAsync());
        output.WriteLine(unit.Output);
        output.WriteLine(json.RootElement.GetRawText());

        // The route leads through the Riau Islands.
        Assert.InRange(json.RootElement.GetProperty("lat_deg").GetDouble(), 0.85, 1.30);
        Assert.InRange(json.RootElement.GetProperty("lon_deg").GetDouble(), 104.05, 104.42);
    }

    private static string GatewayJson(int brokerPort) => JsonSerializer.Serialize(new
    {
        fleet = "fleet.json",
        journal = "journal.db",
        ingest = new { packetForwarder = new { listen = "127.0.0.1:0" } },
        mqtt = new { host = "127.0.0.1", port = brokerPort },
    });

    private string File(string name) => Path.Combine(_folder.FullName, name);

    private void WriteKeyAndFleet()
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        System.IO.File.WriteAllText(File("unit.key"), key);
        System.IO.File.WriteAllText(
            File("fleet.json"), JsonSerializer.Serialize(new { units = new[] { new { unit = 7, agency = "test", name = "KP Test", key } } }));
    }
}
