using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.Serial;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.Stream;

public sealed class StreamIngestTests(ITestOutputHelper output)
{
    private const int Baud = 57_600;

    [Fact]
    public async Task Listen_SeveralReceivers_EachHasItsOwnWayBack()
    {
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, new StreamOptions { Name = "shore", Listen = new(IPAddress.Loopback, 0) });
        using var one = await ConnectAsync(ingest.LocalEndPoint!);
        using var two = await ConnectAsync(ingest.LocalEndPoint!);
        await one.GetStream().WriteAsync(StreamPacket.Of([0x44, 0, 1]));
        var first = await TakeAsync(stages);
        await two.GetStream().WriteAsync(StreamPacket.Of([0x44, 0, 2]));
        var second = await TakeAsync(stages);

        Assert.Equal([0x44, 0, 1], first.Bytes.ToArray());
        Assert.Equal(UplinkLink.Serial, first.Reception.Link);
        Assert.Equal($"stream shore {one.Client.LocalEndPoint}", first.Reception.Source!.Name);
        Assert.NotSame(first.Reception.Path, second.Reception.Path);
        Assert.Equal(DownlinkOutcome.Sent, await second.Reception.Path!.SendAsync(new byte[] { 0x5C, 0, 2 }, 77, default, default));
        Assert.Equal(DownlinkOutcome.Sent, await first.Reception.Path!.SendAsync(new byte[] { 0x5C, 0, 1 }, 77, default, default));
        Assert.Equal([0x5C, 0, 1], await ReadFrameAsync(one));
        Assert.Equal([0x5C, 0, 2], await ReadFrameAsync(two));
        Assert.Equal(2, metrics.Connections.Count);
        Assert.Equal($"stream shore tcp/{ingest.LocalEndPoint}", ingest.Description);
    }

    [Fact]
    public async Task Listen_ReceiverThatIsGone_IsNotConnectedAnyMore()
    {
        await using var stages = new Stages();
        var (ingest, _) = await StartAsync(stages, new StreamOptions { Name = "shore", Listen = new(IPAddress.Loopback, 0) });
        var receiver = await ConnectAsync(ingest.LocalEndPoint!);
        await receiver.GetStream().WriteAsync(StreamPacket.Of([1]));
        var path = (await TakeAsync(stages)).Reception.Path!;
        receiver.Dispose();

        var outcome = DownlinkOutcome.Sent;
        await Eventually.TrueAsync(
            () => (outcome = path.SendAsync(new byte[] { 1 }, 77, default, default).Result) == DownlinkOutcome.NotConnected, "noticed");
        using var next = await ConnectAsync(ingest.LocalEndPoint!);
        await next.GetStream().WriteAsync(StreamPacket.Of([2]));
        Assert.Equal([2], (await TakeAsync(stages)).Bytes.ToArray());
    }

    [Fact]
    public async Task Listen_MoreConnectionsThanAllowed_ClosesTheNewest()
    {
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, new StreamOptions { Name = "shore", Listen = new(IPAddress.Loopback, 0) });
        List<TcpClient> connections = [];
        for (var i = 0; i < StreamIngest.ConnectionsMax; i++)
            connections.Add(await ConnectAsync(ingest.LocalEndPoint!));
        await Eventually.TrueAsync(() => metrics.Connections.Count == StreamIngest.ConnectionsMax, "all stand");
        using var refused = await ConnectAsync(ingest.LocalEndPoint!);

        Assert.Equal(0, await refused.GetStream().ReadAsync(new byte[1]));
        Assert.Equal(1, metrics.ConnectionsRefused.Count);
        await connections[3].GetStream().WriteAsync(StreamPacket.Of([3]));
        Assert.Equal([3], (await TakeAsync(stages)).Bytes.ToArray());
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task Connect_ServerThatComesLateAndGoes_IsConnectedToAgainAndKeepsOneWayBack()
    {
        var port = FreePorts.Tcp();
        await using var stages = new Stages();
        var (_, metrics) = await StartAsync(stages, new StreamOptions { Name = "ser2net", ConnectHost = "127.0.0.1", ConnectPort = port });
        await Eventually.TrueAsync(() => metrics.ConnectionFailures.Count > 0, "nobody listens yet");
        using var server = new TcpListener(IPAddress.Loopback, port);
        server.Start();
        var first = await server.AcceptTcpClientAsync();
        await first.GetStream().WriteAsync(StreamPacket.Of([1]));
        var path = (await TakeAsync(stages)).Reception.Path!;

        // Half of a packet, and the connection is gone: the half is not taken into the next stream.
        await first.GetStream().WriteAsync(StreamPacket.Of([9, 9, 9]).AsMemory(0, 4));
        first.Dispose();
        using var second = await server.AcceptTcpClientAsync();
        await second.GetStream().WriteAsync(StreamPacket.Of([2]));
        var datagram = await TakeAsync(stages);

        Assert.Equal([2], datagram.Bytes.ToArray());
        Assert.Same(path, datagram.Reception.Path);
        Assert.Equal(DownlinkOutcome.Sent, await path.SendAsync(new byte[] { 0x5C }, 77, default, default));
        Assert.Equal([0x5C], await ReadFrameAsync(second));
        Assert.Equal(0, metrics.Rejections[StreamRejection.CrcMismatch]);
    }

    [Fact]
    public async Task Device_PseudoTerminal_CarriesEveryByteBothWays()
    {
        using var terminal = new PseudoTerminal();
        await using var stages = new Stages();
        var (ingest, metrics) = await StartAsync(stages, new StreamOptions { Name = "usb", Device = terminal.Path, BaudRate = Baud });
        await Eventually.TrueAsync(() => metrics.Connections.Count == 1, "open");

        // What a terminal that is not raw would take for itself: interrupt, end, stop, erase, carriage return, newline.
        byte[] frame = [0x44, 3, 4, 17, 19, 26, 127, 13, 10, 0, 255, 0x1C, 0x16];
        terminal.Send(Baud, [0x33, 0, .. StreamPacket.Of(frame)]);
        var datagram = await TakeAsync(stages);

        Assert.Equal(frame, datagram.Bytes.ToArray());
        Assert.Equal(1, metrics.Rejections[StreamRejection.CobsMalformed]);
        Assert.Equal("stream usb", ingest.Description);
        Assert.Equal(DownlinkOutcome.Sent, await datagram.Reception.Path!.SendAsync(frame, 77, default, default));
        byte[] packet = [0, .. StreamPacket.Of(frame)];
        await Eventually.TrueAsync(() => terminal.BytesWaiting(Baud) == packet.Length, "the downlink");
        var read = new byte[packet.Length];
        terminal.Take(Baud, read);
        Assert.Equal(packet, read);
    }

    [Fact]
    public async Task Device_UnpluggedAndBack_IsOpenedAgain()
    {
        var link = Path.Combine(Path.GetTempPath(), $"boat-test-tty-{Guid.NewGuid():N}");
        try
        {
            var first = new PseudoTerminal();
            File.CreateSymbolicLink(link, first.Path);
            await using var stages = new Stages();
            var (_, metrics) = await StartAsync(stages, new StreamOptions { Name = "usb", Device = link, BaudRate = 1_234_567 });
            await Eventually.TrueAsync(() => metrics.Connections.Count == 1, "open");
            first.Dispose();
            File.Delete(link);
            await Eventually.TrueAsync(() => metrics.ConnectionFailures.Count > 0, "the loss is noticed");
            using var second = new PseudoTerminal();
            File.CreateSymbolicLink(link, second.Path);
            await Eventually.TrueAsync(() => metrics.Connections.Count == 2, "open again");
            second.Send(Baud, StreamPacket.Of([7]));

            Assert.Equal([7], (await TakeAsync(stages)).Bytes.ToArray());
        }
        finally
        {
            File.Delete(link);
        }
    }

    // A superuser can open what is taken, and would end the other's hold when it closes.
    [Fact]
    public void Open_DeviceThatIsTaken_IsRefused_AndItStaysTaken()
    {
        using var terminal = new PseudoTerminal();
        using (var holder = SerialDevice.Open(terminal.Path, Baud))
        {
            for (var i = 0; i < 2; i++)
                Assert.Contains(terminal.Path, Assert.Throws<IOException>(() => SerialDevice.Open(terminal.Path, Baud)).Message, StringComparison.Ordinal);

            Assert.True(holder.TryWrite([1, 2, 3], 1000));
        }

        // Nobody has it any more.
        using var next = SerialDevice.Open(terminal.Path, Baud);
    }

    [Fact]
    public void Open_NoSerialDevice_SaysWhich()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Contains(file, Assert.Throws<IOException>(() => SerialDevice.Open(file, Baud)).Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => SerialDevice.Open("/dev/no-such-device", Baud));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Stream_OfNoise_NeverEndsTheConnection()
    {
        var random = Seed.New(output);
        await using var stages = new Stages(datagramsMax: 64);
        var (ingest, metrics) = await StartAsync(stages, new StreamOptions { Name = "shore", Listen = new(IPAddress.Loopback, 0) });
        using var receiver = await ConnectAsync(ingest.LocalEndPoint!);
        var good = StreamPacket.Of([0x44, 4, 0, 0x88]);
        for (var i = 0; i < 100_000; i++)
        {
            await receiver.GetStream().WriteAsync(Hostile.Next(random, good, 500));
            while (stages.Buffer.TryTake(out var datagram))
                stages.Buffer.Return(datagram);
        }

        // Behind the noise, and again while the noise still fills the queue: what finds no room is refused.
        byte[] behind = [0, .. StreamPacket.Of([1, 2, 3])];
        Datagram? last = null;
        await Eventually.TrueAsync(
            () =>
            {
                receiver.GetStream().Write(behind);
                while (stages.Buffer.TryTake(out var datagram))
                {
                    last = datagram;
                    stages.Buffer.Return(datagram);
                }

                return last is not null && last.Bytes.SequenceEqual((byte[])[1, 2, 3]);
            },
            "the frame behind the noise");
        Assert.Equal(1, metrics.Connections.Count);
    }

    private static async Task<(StreamIngest Ingest, StreamMetrics Metrics)> StartAsync(Stages stages, StreamOptions options)
    {
        var metrics = new StreamMetrics(stages.Metrics);
        var ingest = await stages.StartAsync(new StreamIngest(
            options, stages.Buffer, metrics, stages.Guard, stages.Time, NullLogger<StreamIngest>.Instance));
        return (ingest, metrics);
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint endPoint)
    {
        var client = new TcpClient(endPoint.AddressFamily) { NoDelay = true };
        await client.ConnectAsync(endPoint);
        return client;
    }

    private static async Task<byte[]> ReadFrameAsync(TcpClient client)
    {
        var sink = new FirstFrame();
        var reader = new FrameStreamReader();
        var bytes = new byte[100];
        while (sink.Frame is null)
            reader.Take(bytes.AsSpan(0, await client.GetStream().ReadAsync(bytes)), sink);
        return sink.Frame;
    }

    private static async Task<Datagram> TakeAsync(Stages stages)
    {
        Datagram? taken = null;
        await Eventually.TrueAsync(() => stages.Buffer.TryTake(out taken!), "a datagram");
        return taken!;
    }

    private sealed class FirstFrame : IStreamSink
    {
        public byte[]? Frame { get; private set; }

        public void Received(ReadOnlySpan<byte> frame) => Frame ??= frame.ToArray();

        public void Refused(StreamRejection rejection, ReadOnlySpan<byte> bytes) => Assert.Fail($"{rejection}");
    }
}
