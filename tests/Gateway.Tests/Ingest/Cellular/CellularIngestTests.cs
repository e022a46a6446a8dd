using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.Cellular;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.Cellular;

public sealed class CellularIngestTests(ITestOutputHelper output)
{
    // As long as it is not moved, no bucket refills.
    private readonly ManualTime _standing = new();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Datagram_OfAUnit_IsQueuedAndItsEndpointIsTheWayBack(string address)
    {
        using var boat = new TestBoat(77);
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, address);
        using var unit = Unit(ingest);
        using var other = Unit(ingest);
        await unit.SendAsync(boat.Frame(5));
        var first = await TakeAsync(stages);
        await other.SendAsync(boat.Frame(6));
        var second = await TakeAsync(stages);
        await unit.SendAsync(boat.Frame(7));
        var third = await TakeAsync(stages);

        Assert.Equal(boat.Frame(5), first.Bytes.ToArray());
        Assert.Equal(UplinkLink.Cellular, first.Reception.Link);
        Assert.Equal(Reception.Unknown, first.Reception.RssiDbm);
        Assert.Equal($"udp/{unit.Client.LocalEndPoint}", first.Reception.Path!.Name);
        Assert.Same(first.Reception.Path, third.Reception.Path);
        Assert.NotSame(first.Reception.Path, second.Reception.Path);
        Assert.Equal(DownlinkOutcome.Sent, await first.Reception.Path!.SendAsync(new byte[] { 0x5C, 1 }, 77, default, default));
        Assert.Equal(DownlinkOutcome.Sent, await second.Reception.Path!.SendAsync(new byte[] { 0x5C, 2 }, 77, default, default));
        Assert.Equal([0x5C, 1], (await unit.ReceiveAsync()).Buffer);
        Assert.Equal([0x5C, 2], (await other.ReceiveAsync()).Buffer);
        Assert.Equal(2, metrics.Downlinks[DownlinkOutcome.Sent]);
        Assert.Equal($"cellular udp/{ingest.LocalEndPoint}", ingest.Description);
    }

    [Fact]
    public async Task Datagram_OfSeveralFrames_IsTakenApartInOrder()
    {
        using var boat = new TestBoat(77);
        await using var stages = new Stages();
        var (ingest, _) = await StartAsync(stages);
        using var unit = Unit(ingest);
        byte[][] frames = [boat.Frame(5), boat.Frame(6), boat.Frame(7)];
        await unit.SendAsync((byte[])[FrameDatagram.SeveralMark, .. frames.SelectMany(frame => (byte[])[(byte)frame.Length, .. frame])]);

        foreach (var frame in frames)
            Assert.Equal(frame, (await TakeAsync(stages)).Bytes.ToArray());
    }

    [Fact]
    public async Task Path_AfterTheStop_IsNotConnected()
    {
        using var boat = new TestBoat(77);
        await using var stages = new Stages();
        var (ingest, _) = await StartAsync(stages);
        using var unit = Unit(ingest);
        await unit.SendAsync(boat.Frame(5));
        var path = (await TakeAsync(stages)).Reception.Path!;
        await stages.StopAsync(ingest);

        Assert.Equal(DownlinkOutcome.NotConnected, await path.SendAsync(new byte[] { 1 }, 77, default, default));
    }

    [Fact]
    public async Task Datagrams_AboveTheRateOfAnAddress_AreCountedAndOthersGoOn()
    {
        using var boat = new TestBoat(77);
        await using var stages = new Stages(time: _standing);
        var (ingest, metrics) = await StartAsync(stages, burst: 5);
        using var flood = Unit(ingest);

        // Another address of the loopback network.
        using var unit = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        unit.Connect(ingest.LocalEndPoint);
        for (var i = 0; i < 20; i++)
            await flood.SendAsync(boat.Frame(5));
        await flood.SendAsync((byte[])[FrameDatagram.SeveralMark, .. Enumerable.Repeat<byte[]>([2, 1, 1], 100).SelectMany(frame => frame)]);
        await unit.SendAsync(boat.Frame(6));

        await Eventually.TrueAsync(() => metrics.Datagrams.Count == 22, "all received");
        Assert.Equal(16, metrics.Rejections[CellularRejection.RateLimited]);
        Assert.Equal(6, metrics.Frames.Count);
        for (var i = 0; i < 5; i++)
            await TakeAsync(stages);
        Assert.Equal(boat.Frame(6), (await TakeAsync(stages)).Bytes.ToArray());
    }

    [Fact]
    public async Task DatagramOfManyFrames_AboveTheRate_GivesWhatTheRateAllows()
    {
        await using var stages = new Stages(time: _standing);
        var (ingest, metrics) = await StartAsync(stages, burst: 5);
        using var unit = Unit(ingest);
        await unit.SendAsync((byte[])[FrameDatagram.SeveralMark, .. Enumerable.Repeat<byte[]>([2, 1, 1], 100).SelectMany(frame => frame)]);

        await Eventually.TrueAsync(() => metrics.Rejections[CellularRejection.RateLimited] == 1, "refused");
        Assert.Equal(5, metrics.Frames.Count);
    }

    [Fact]
    public async Task Datagrams_RandomAndMutated_NeverEndTheLoop()
    {
        var random = Seed.New(output);
        using var boat = new TestBoat(77);
        await using var stages = new Stages(datagramsMax: 64);
        var (ingest, metrics) = await StartAsync(stages, burst: 1_000_000);
        using var unit = Unit(ingest);
        byte[] good = [0, 4, 0x44, 4, 0xD3, 0x88, 2, 0x44, 4];
        for (var i = 0; i < 100_000; i++)
        {
            await unit.SendAsync(Hostile.Next(random, good, 1400));
            while (stages.Buffer.TryTake(out var datagram))
                stages.Buffer.Return(datagram);
        }

        var before = metrics.Frames.Count;
        await Eventually.TrueAsync(
            () =>
            {
                while (stages.Buffer.TryTake(out var datagram))
                    stages.Buffer.Return(datagram);
                unit.Send(boat.Frame(5));
                return metrics.Frames.Count > before + 100;
            },
            "it goes on");
        Assert.Equal(0, metrics.SocketErrors.Count);
    }

    private static async Task<(CellularIngest Ingest, CellularMetrics Metrics)> StartAsync(
        Stages stages, string address = "127.0.0.1", int burst = 1000)
    {
        var metrics = new CellularMetrics(stages.Metrics);
        var options = new CellularOptions
        {
            Listen = new IPEndPoint(IPAddress.Parse(address), 0),
            FramesPerSecondMax = 100_000,
            BurstFramesMax = burst,
            AddressesMax = 1024,
        };
        var ingest = await stages.StartAsync(new CellularIngest(
            options, stages.Buffer, metrics, stages.Guard, stages.Time, NullLogger<CellularIngest>.Instance));
        return (ingest, metrics);
    }

    private static UdpClient Unit(CellularIngest ingest)
    {
        var unit = new UdpClient(ingest.LocalEndPoint.AddressFamily);
        unit.Connect(ingest.LocalEndPoint);
        return unit;
    }

    private static async Task<Datagram> TakeAsync(Stages stages)
    {
        Datagram? taken = null;
        await Eventually.TrueAsync(() => stages.Buffer.TryTake(out taken!), "a datagram");
        return taken!;
    }
}
