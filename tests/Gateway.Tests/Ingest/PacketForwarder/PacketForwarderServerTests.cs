using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Ingest.PacketForwarder;

public sealed class PacketForwarderServerTests
{
    [SharedDataFact]
    public async Task Recording_EveryDatagramOfARealForwarder_IsUnderstoodAndAnsweredAsItsServerAnswered()
    {
        await using var stages = new Stages();
        var server = await StartAsync(stages);
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);
        var lines = File.ReadLines(RepositoryPaths.Shared("packet-forwarder", "sx1302-forwarder.jsonl")).Select(Line).ToList();
        List<string> answers = [];
        var txAcks = 0;
        foreach (var line in lines.Where(line => line.Direction == "up"))
        {
            if (line.Kind != "TX_ACK")
            {
                answers.Add(Convert.ToHexStringLower(await concentrator.AskAsync(line.Bytes)));
                continue;
            }

            txAcks++;
            await concentrator.SendAsync(line.Bytes);
        }

        await Eventually.TrueAsync(() => stages.Metrics.Datagrams.Count == answers.Count + txAcks, "all received");
        Assert.Equal(
            lines.Where(line => line.Kind is "PUSH_ACK" or "PULL_ACK").Select(line => Convert.ToHexStringLower(line.Bytes)), answers);
        var pushes = lines.Where(line => line.Kind == "PUSH_DATA").Select(line => JsonDocument.Parse(line.Bytes.AsMemory(12)).RootElement).ToList();
        var receptions = pushes.Where(push => push.TryGetProperty("rxpk", out _)).SelectMany(push => push.GetProperty("rxpk").EnumerateArray()).ToList();
        Assert.Equal(71, pushes.Count);
        Assert.Equal(201, receptions.Count);
        Assert.Equal(134, stages.Metrics.FramesQueued.Count);
        Assert.Equal(67, stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.CrcBad]);
        Assert.Equal(67, Enum.GetValues<PacketForwarderRejection>().Sum(reason => stages.Metrics.PacketForwarderRejections[reason]));
        Assert.Equal(4, stages.Metrics.ConcentratorStatistics.Count);
        Assert.Equal(2, stages.Metrics.TxAcks[TxAckResult.None]);
        Assert.Equal(1, stages.Metrics.TxAcks[TxAckResult.TooEarly]);
        Assert.Equal(1, stages.Metrics.TxAcks[TxAckResult.TxFreq]);
        foreach (var good in receptions.Where(reception => reception.GetProperty("stat").GetInt32() == 1))
        {
            Assert.True(stages.Buffer.TryTake(out var datagram));
            Assert.Equal(good.GetProperty("data").GetString(), Convert.ToBase64String(datagram.Bytes));
            Assert.Equal(good.GetProperty("rssi").GetInt32(), datagram.Reception.RssiDbm);
            Assert.Equal(good.GetProperty("tmst").GetInt64(), datagram.Reception.ConcentratorUs);
            Assert.Equal(good.GetProperty("datr").GetString(), $"SF{datagram.Reception.SpreadingFactor}BW{datagram.Reception.BandwidthHz / 1000}");
            Assert.Equal(0xAA555A0000000000, datagram.Reception.Concentrator);
        }
    }

    [Theory]
    [InlineData("", PacketForwarderRejection.TooShort)]
    [InlineData("020000", PacketForwarderRejection.TooShort)]
    [InlineData("02000000aa", PacketForwarderRejection.TooShort)]
    [InlineData("00000000aa555a0000000000", PacketForwarderRejection.WrongVersion)]
    [InlineData("03000000aa555a0000000000", PacketForwarderRejection.WrongVersion)]
    [InlineData("02000006aa555a0000000000", PacketForwarderRejection.UnknownIdentifier)]
    [InlineData("02000001", PacketForwarderRejection.ServersIdentifier)]
    [InlineData("02000003aa555a0000000000", PacketForwarderRejection.ServersIdentifier)]
    public async Task Datagram_OfNoUse_IsCountedAndTheNextOneTaken(string hex, PacketForwarderRejection rejection)
    {
        await using var stages = new Stages();
        var server = await StartAsync(stages);
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);

        await concentrator.SendAsync(Convert.FromHexString(hex));
        await concentrator.PushAsync([[1, 2, 3]]);

        Assert.Equal(1, stages.Metrics.PacketForwarderRejections[rejection]);
        await Eventually.TrueAsync(() => stages.Metrics.FramesQueued.Count == 1, "the next one is taken");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Ack_OfEitherVersion_RepeatsVersionAndToken(byte version)
    {
        await using var stages = new Stages();
        var server = await StartAsync(stages);
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);

        Assert.Equal([version, 0x12, 0x34, 1], await concentrator.AskAsync(TestConcentrator.Datagram(5, 0x1234, 0, "{}", version)));
        Assert.Equal([version, 0x56, 0x78, 4], await concentrator.AskAsync(TestConcentrator.Datagram(5, 0x5678, 2, "", version)));
    }

    [Fact]
    public async Task Ack_ForMalformedJson_IsSentAllTheSame()
    {
        await using var stages = new Stages();
        var server = await StartAsync(stages);
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);

        Assert.Equal([2, 0, 9, 1], await concentrator.AskAsync(TestConcentrator.Datagram(5, 9, 0, "{\"rxpk\":[{")));
        await Eventually.TrueAsync(
            () => stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.JsonMalformed] == 1, "counted");
    }

    [Fact]
    public async Task Queue_WhenFull_RefusesTheNewestAndCounts()
    {
        await using var stages = new Stages(datagramsMax: 2);
        var server = await StartAsync(stages);
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);

        await concentrator.PushAsync([[1], [2], [3], [4], [5]]);

        await Eventually.TrueAsync(
            () => stages.Metrics.PacketForwarderRejections[PacketForwarderRejection.QueueFull] == 3, "three refused");
        Assert.True(stages.Buffer.TryTake(out var first));
        Assert.Equal([1], first.Bytes.ToArray());
        stages.Buffer.Return(first);
        await concentrator.PushAsync([[6]]);
        await Eventually.TrueAsync(() => stages.Metrics.FramesQueued.Count == 3, "taken again");
    }

    [Fact]
    public async Task Forwarder_GoneBeforeItsAnswer_DoesNotEndTheLoop()
    {
        await using var stages = new Stages();
        var server = await StartAsync(stages);
        for (var i = 0; i < 50; i++)
        {
            using var gone = new UdpClient();
            gone.Connect(IPAddress.Loopback, server.LocalEndPoint.Port);
            await gone.SendAsync(TestConcentrator.PushData(1, 1, [[7]]));
        }

        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);
        await concentrator.PushAsync([[8]]);
        await Eventually.TrueAsync(() => stages.Metrics.FramesQueued.Count == 51, "all taken");
    }

    private static Task<PacketForwarderServer> StartAsync(Stages stages) => stages.StartForwarderAsync();

    private static (string Direction, string Kind, byte[] Bytes) Line(string text)
    {
        var json = JsonDocument.Parse(text).RootElement;
        return (json.GetProperty("dir").GetString()!, json.GetProperty("kind").GetString()!, Convert.FromHexString(json.GetProperty("hex").GetString()!));
    }
}
