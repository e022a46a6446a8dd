using System.Net;
using System.Net.Sockets;
using System.Text;
using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Tests.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Tests.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>Somebody who sends rubbish, forged and mutated messages to every ingest, as fast as one core can, while the fleet goes on.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int ByDefault = 20_000;

    // The full campaign of 200 has a million.
    private const int EachTime = 5_000;
    private const int YieldEvery = 256;
    private const int NoiseMax = 1_400;

    private static int Count => Math.Max(ByDefault, EachTime * FaultRun.Times(0));

    [Fact]
    public async Task HostileDatagrams_OnEveryPort_HarmNobody()
    {
        var random = Seed.New(output);
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(300)), random);
        var sent = await AttackAsync(run, Count, random);
        await run.SettleAsync($"{sent} hostile datagrams", 1);
        await SeenAsync(run, "[101]", "[131]");
    }

    [Fact]
    public async Task HostileBytes_OverAStream_HarmNobody()
    {
        var random = Seed.New(output);
        var port = FreePorts.Tcp();
        await using var run = await FaultRun.StartAsync(
            output,
            LoadOptions.OfRate(FaultRun.Rate(300)),
            random,
            startGateway: gateway => StartWithAsync(gateway, $"\"streams\": [ {{ \"name\": \"usb\", \"listen\": \"127.0.0.1:{port}\" }} ]"));
        var good = StreamPacket.Of(Forged(random, run.Fleet));
        long sent = 0;
        while (sent < Count)
            sent += await AttackStreamAsync(port, good, Count - sent, random);
        await run.SettleAsync($"{sent} hostile pieces of a stream", 1);
        await SeenAsync(run, "[141]");
    }

    [Theory]
    [InlineData("unitMqtt", "[124]")]
    [InlineData("chirpStack", "[123]")]
    [InlineData("theThingsStack", "[123]")]
    public async Task HostileMessages_OfABroker_HarmNobody(string ingest, string seen)
    {
        var random = Seed.New(output);

        // A broker of its own: what a hostile client of the outlet's could do to others is the broker's to forbid.
        await using var broker = await MosquittoProcess.StartAsync(new() { Extra = "log_type subscribe" });
        var more = ingest == "theThingsStack" ? ", \"application\": \"boats\"" : "";
        await using var run = await FaultRun.StartAsync(
            output,
            LoadOptions.OfRate(FaultRun.Rate(300)),
            random,
            startGateway: gateway => StartWithAsync(
                gateway, $"\"{ingest}\": [ {{ \"name\": \"hostile\", \"host\": \"127.0.0.1\", \"port\": {broker.Port}{more} }} ]"));
        await Eventually.TrueAsync(() => broker.Log.Contains("/up", StringComparison.Ordinal), () => $"it has subscribed\n{broker.Log}");
        var sent = await AttackBrokerAsync(broker.Port, ingest, run.Fleet, random);
        await run.SettleAsync($"{sent} hostile messages to {ingest}", 1);
        await SeenAsync(run, seen);
    }

    private static Task StartWithAsync(TestGateway gateway, string ingest)
    {
        gateway.Configure("\"ingest\": {", $"\"ingest\": {{ {ingest},");
        return gateway.StartAsync();
    }

    // Its log says that it had something to refuse. It comes over a pipe.
    private static async Task SeenAsync(FaultRun run, params string[] events)
    {
        foreach (var number in events)
            await Eventually.TrueAsync(() => run.Gateway.Log.Contains(number, StringComparison.Ordinal), () => $"{number} in\n{run.Gateway.Log}");
    }

    private static async Task<long> AttackAsync(FaultRun run, int count, Random random)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint[] targets = [new(IPAddress.Loopback, run.ForwarderPort), new(IPAddress.Loopback, run.MobilePort)];
        long sent = 0;
        foreach (var target in targets)
        {
            for (var i = 0; i < count; i++, sent++)
            {
                try
                {
                    socket.SendTo(HostileDatagram(random, run.Fleet), target);
                }
                catch (SocketException)
                {
                    // The system's own buffer is full; the next one.
                }

                if (i % YieldEvery == 0)
                    await Task.Yield();
            }
        }

        return sent;
    }

    // Until the gateway has enough of this connection; at least one piece.
    private static async Task<long> AttackStreamAsync(int port, byte[] good, long count, Random random)
    {
        using var tcp = new TcpClient(AddressFamily.InterNetwork);
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        long sent = 0;
        try
        {
            while (sent < count)
            {
                sent++;
                await tcp.GetStream().WriteAsync(Hostile.Next(random, good, NoiseMax));
                if (random.Next(10_000) == 0)
                    return sent;
            }
        }
        catch (IOException)
        {
            // Another one.
        }

        return sent;
    }

    private static async Task<long> AttackBrokerAsync(int port, string ingest, LoadFleet fleet, Random random)
    {
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "hostile" }, CancellationToken.None);
        Queue<Task> pending = new();
        for (var i = 0; i < Count; i++)
        {
            var (topic, payload) = HostileMessage(ingest, fleet, random);
            pending.Enqueue(link.PublishAsync(new MqttMessage { Topic = topic, Payload = payload }, CancellationToken.None));
            if (pending.Count >= YieldEvery)
                await pending.Dequeue();
        }

        await Task.WhenAll(pending);
        await link.DisconnectAsync();
        return Count;
    }

    private static (string Topic, byte[] Payload) HostileMessage(string ingest, LoadFleet fleet, Random random)
    {
        string[] names = ["17", "16383", "-1", "99999999999999999999", "p7", " ", "0101010101010101", "boat-77", "é"];
        var name = random.Next(2) == 0 ? $"{random.Next(fleet.Boats.Count)}" : names[random.Next(names.Length)];
        return ingest switch
        {
            "unitMqtt" => ($"patrol/v1/units/{name}/up", random.Next(2) == 0 ? Forged(random, fleet) : Noise(random)),
            "chirpStack" => ($"application/a/device/{name}/event/up", Hostile.Next(random, Encoding.UTF8.GetBytes(ChirpStackUplinkReaderTests.Sample), NoiseMax)),
            _ => ($"v3/boats/devices/{name}/up", Hostile.Next(random, Encoding.UTF8.GetBytes(TheThingsStackUplinkReaderTests.Sample), NoiseMax)),
        };
    }

    private static byte[] Noise(Random random)
    {
        var noise = new byte[random.Next(NoiseMax)];
        random.NextBytes(noise);
        return noise;
    }

    // A true header of a registered unit, and a forged rest.
    private static byte[] Forged(Random random, LoadFleet fleet)
    {
        var forged = new byte[random.Next(12, 60)];
        random.NextBytes(forged);
        forged[0] = (byte)(0x40 | (random.Next(1, 9) << 2));
        forged[1] = (byte)random.Next(fleet.Boats.Count);
        return forged;
    }

    private static byte[] HostileDatagram(Random random, LoadFleet fleet)
    {
        switch (random.Next(4))
        {
            case 0:
                return Noise(random);
            case 1:
                var forged = Forged(random, fleet);
                return random.Next(2) == 0 ? forged : TestConcentrator.PushData((ulong)random.NextInt64(), (ushort)random.Next(ushort.MaxValue), forged);
            case 2:
                var mutated = TestConcentrator.PushData((ulong)random.NextInt64(), 1, new byte[random.Next(40)]);
                for (var i = random.Next(1, 8); i > 0; i--)
                    mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                return mutated;
            default:
                var deep = TestConcentrator.Datagram(
                    (ulong)random.NextInt64(), 1, (byte)random.Next(8), "{\"rxpk\":" + new string('[', random.Next(400)), (byte)random.Next(4));
                return random.Next(2) == 0 ? deep : Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n");
        }
    }
}
