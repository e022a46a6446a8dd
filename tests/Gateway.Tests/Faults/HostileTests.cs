using System.Net;
using System.Net.Sockets;
using System.Text;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>Somebody who sends rubbish, forged and mutated datagrams to every port, as fast as one core can.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int ByDefault = 40_000;
    private const int YieldEvery = 256;

    [Fact]
    public async Task HostileDatagrams_OnEveryPort_HarmNobody()
    {
        var random = Seed.New(output);
        var count = FaultRun.Times(0) == 0 ? ByDefault : 1_000_000;
        await using var run = await FaultRun.StartAsync(output, LoadOptions.OfRate(FaultRun.Rate(300)), random);
        var sent = await AttackAsync(run, count, random);
        await run.SettleAsync($"{sent} hostile datagrams", 1);
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
                    socket.SendTo(Hostile(random, run.Fleet), target);
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

    private static byte[] Hostile(Random random, LoadFleet fleet)
    {
        switch (random.Next(4))
        {
            case 0:
                var noise = new byte[random.Next(1_400)];
                random.NextBytes(noise);
                return noise;
            case 1:
                // A true header of a registered unit, and a forged rest.
                var forged = new byte[random.Next(12, 60)];
                random.NextBytes(forged);
                forged[0] = (byte)(0x40 | (random.Next(1, 9) << 2));
                forged[1] = (byte)random.Next(fleet.Boats.Count);
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
