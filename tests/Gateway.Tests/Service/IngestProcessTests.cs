using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The gateway's own process with its other ingests, and the replay of what it recorded of them.</summary>
public sealed class IngestProcessTests
{
    private const string PositionFilter = "patrol/v1/+/+/position";

    [Fact]
    public async Task Frames_ByEverySource_ComeOutOnMqttAndAgainFromTheirCapture()
    {
        using var boat = new TestBoat(17);
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "log_type all" });
        await using var gateway = new TestGateway($"\"host\": \"{MosquittoProcess.Host}\", \"port\": {broker.Port}", boat);
        gateway.Configure(
            "\"ingest\": {",
            $$"""
            "ingest": {
              "chirpStack": [ { "name": "north", "host": "{{MosquittoProcess.Host}}", "port": {{broker.Port}} } ],
              "unitMqtt": [ { "name": "shore", "host": "{{MosquittoProcess.Host}}", "port": {{broker.Port}} } ],
              "cellular": { "listen": "127.0.0.1:0" },
              "streams": [ { "name": "usb", "listen": "127.0.0.1:0" } ],
              "capture": { "folder": "records" },
            """);
        await gateway.StartAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, PositionFilter, "%p");
        await SubscribedAsync(broker, "application/+/device/+/event/up");
        await SubscribedAsync(broker, "patrol/v1/units/+/up");

        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await concentrator.PushAsync([boat.FrameNow(1)]);
        Assert.Equal(1u, await ReadCounterAsync(subscriber));
        using var udp = new UdpClient();
        await udp.SendAsync(boat.FrameNow(2), new IPEndPoint(IPAddress.Loopback, PortOf(gateway.ReadyLine, "cellular udp")));
        Assert.Equal(2u, await ReadCounterAsync(subscriber));
        using var tcp = new TcpClient(AddressFamily.InterNetwork);
        await tcp.ConnectAsync(IPAddress.Loopback, PortOf(gateway.ReadyLine, "stream usb tcp"));
        await tcp.GetStream().WriteAsync(StreamPacket.Of(boat.FrameNow(3)));
        Assert.Equal(3u, await ReadCounterAsync(subscriber));
        await MosquittoPublisher.PublishAsync(
            broker.Port, "application/a/device/0101010101010101/event/up", $$"""{"data":"{{Convert.ToBase64String(boat.FrameNow(4))}}","rxInfo":[{"rssi":-50}]}""");
        Assert.Equal(4u, await ReadCounterAsync(subscriber));
        await PublishFileAsync(broker.Port, "patrol/v1/units/17/up", boat.FrameNow(5), gateway.InFolder("frame"));
        Assert.Equal(5u, await ReadCounterAsync(subscriber));
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);

        var capture = gateway.InFolder("records/capture-0000000001.jsonl");
        var links = File.ReadLines(capture).Skip(1).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("link").GetString());
        Assert.Equal(["lora", "cellular", "serial", "lora", "wifi"], links);

        // Another journal, so that what was admitted is new to it.
        gateway.AddSection("\"journal\": \"replay.db\"");
        var (exitCode, log) = await ReplayAsync(gateway, capture);

        Assert.True(exitCode == 0, log);
        Assert.Contains("ended after 5 frames", log, StringComparison.Ordinal);

        // Of what waits when a connection is made, the newest position is the present; the others need not be published.
        while (await ReadCounterAsync(subscriber) != 5)
        {
        }
    }

    [Fact]
    public async Task Replay_OfAFileThatIsNoCapture_SaysSoByItsExitCode()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);

        var (exitCode, log) = await ReplayAsync(gateway, gateway.InFolder("fleet.json"));
        Assert.Equal(1, exitCode);
        Assert.Contains("NotACapture", log, StringComparison.Ordinal);
        Assert.Equal(1, (await ReplayAsync(gateway, gateway.InFolder("nowhere"))).ExitCode);
    }

    private static async Task<(int ExitCode, string Log)> ReplayAsync(TestGateway gateway, string file)
    {
        using var process = Process.Start(
            TestGateway.StartInfo("replay", "--config", gateway.InFolder("gateway.json"), file, "--speed", "max"))!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var log = await process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, await output + log);
    }

    // The gateway subscribes when it is ready already; the broker's log tells when it has.
    private static Task SubscribedAsync(MosquittoProcess broker, string filter) =>
        Eventually.TrueAsync(() => broker.Log.Contains($"\t{filter} (QoS 1)", StringComparison.Ordinal), $"subscribed to {filter}");

    private static async Task<uint> ReadCounterAsync(MosquittoSubscriber subscriber) =>
        JsonDocument.Parse(await subscriber.ReadAsync()).RootElement.GetProperty("counter").GetUInt32();

    private static async Task PublishFileAsync(int port, string topic, byte[] payload, string file)
    {
        await File.WriteAllBytesAsync(file, payload);
        using var process = Process.Start(
            new ProcessStartInfo(ToolPath.MosquittoPub, ["-h", MosquittoProcess.Host, "-p", $"{port}", "-q", "1", "-t", topic, "-f", file]))!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static int PortOf(string readyLine, string name)
    {
        var match = Regex.Match(readyLine, Regex.Escape(name) + @"/127\.0\.0\.1:(?<port>\d+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, readyLine);
        return int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture);
    }
}
