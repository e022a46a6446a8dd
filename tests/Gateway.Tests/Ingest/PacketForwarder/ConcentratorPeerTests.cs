using System.Text;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Tests.Support;
using DownlinkOutcome = BoatTelemetry.Gateway.Downlink.DownlinkOutcome;

namespace BoatTelemetry.Gateway.Tests.Ingest.PacketForwarder;

public sealed class ConcentratorPeerTests
{
    // TestConcentrator's reception says tmst 946084334 and SF7BW125 at 923.2 MHz, outside of AS923-2.
    private const uint UplinkUs = 946_084_334;
    private static readonly byte[] _frame = [0x1C, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Fact]
    public async Task Send_WithoutPullData_IsNotConnectedAndNothingGoesOut()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);

        Assert.Equal(DownlinkOutcome.NotConnected, await SendAsync(await HearAsync(stages, server)));

        await forwarder.PullAsync();
        Assert.Empty(forwarder.Orders);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Send_AfterPullData_OrdersTheFrameASecondBehindTheUplinkAsBoatsListen(byte version)
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port, version: version);
        await forwarder.PullAsync();

        Assert.Equal(DownlinkOutcome.Sent, await SendAsync(await HearAsync(stages, server)));

        await Eventually.TrueAsync(() => forwarder.Orders.Count == 1, "ordered");
        var order = forwarder.Orders[0];
        Assert.Equal(version, order.Version);
        Assert.Equal(_frame, order.Frame);
        Assert.InRange(order.StartUs - UplinkUs, 1_000_000u, 2_000_000u);
        Assert.Equal(921.4, order.Txpk.GetProperty("freq").GetDouble());
        Assert.Equal("LORA", order.Txpk.GetProperty("modu").GetString());
        Assert.Equal("SF9BW125", order.Txpk.GetProperty("datr").GetString());
        Assert.Equal("4/5", order.Txpk.GetProperty("codr").GetString());
        Assert.True(order.Txpk.GetProperty("ipol").GetBoolean());
        Assert.False(order.Txpk.GetProperty("ncrc").GetBoolean());
        Assert.Equal(0, order.Txpk.GetProperty("rfch").GetInt32());
        Assert.Equal(8, order.Txpk.GetProperty("prea").GetInt32());
        Assert.Equal(_frame.Length, order.Txpk.GetProperty("size").GetInt32());

        // AS923-2 allows 16 dBm EIRP, and the antenna is taken to have 3 dB.
        Assert.Equal(13, order.Txpk.GetProperty("powe").GetInt32());
        if (version == 1)
            Assert.Equal(0, order.Token);
    }

    [Fact]
    public async Task Send_UplinkJustBeforeTheCountersWrap_StartsBehindIt()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        await forwarder.PullAsync();
        var heard = await HearAsync(stages, server);
        heard.ConcentratorUs = uint.MaxValue - 10;

        Assert.Equal(DownlinkOutcome.Sent, await SendAsync(heard));

        Assert.InRange(forwarder.Orders[0].StartUs, 999_980u, 2_000_000u);
    }

    [Theory]
    [InlineData("", DownlinkOutcome.Sent)]
    [InlineData("\0", DownlinkOutcome.Sent)]
    [InlineData("""{"txpk_ack":{"error":"NONE"}}""", DownlinkOutcome.Sent)]
    [InlineData("{\"txpk_ack\":{\"error\":\"NONE\"}}\0", DownlinkOutcome.Sent)]
    [InlineData("""{"txpk_ack":{"warn":"TX_POWER","value":20}}""", DownlinkOutcome.Sent)]
    [InlineData("""{"txpk_ack":{"error":"TOO_LATE"}}""", DownlinkOutcome.TooLate)]
    [InlineData("""{"txpk_ack":{"error":"TOO_EARLY"}}""", DownlinkOutcome.TooLate)]
    [InlineData("""{"txpk_ack":{"error":"COLLISION_PACKET"}}""", DownlinkOutcome.Collision)]
    [InlineData("""{"txpk_ack":{"error":"COLLISION_BEACON"}}""", DownlinkOutcome.Collision)]
    [InlineData("""{"txpk_ack":{"error":"TX_FREQ"}}""", DownlinkOutcome.Refused)]
    [InlineData("""{"txpk_ack":{"error":"TX_POWER"}}""", DownlinkOutcome.Refused)]
    [InlineData("""{"txpk_ack":{"error":"GPS_UNLOCKED"}}""", DownlinkOutcome.Refused)]
    [InlineData("""{"txpk_ack":{"error":"SOMETHING_NEW"}}""", DownlinkOutcome.Refused)]
    public async Task TxAck_WhatItSays_IsTheOutcome(string body, DownlinkOutcome outcome)
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port) { Answer = _ => Encoding.UTF8.GetBytes(body) };
        await forwarder.PullAsync();

        Assert.Equal(outcome, await SendAsync(await HearAsync(stages, server)));

        Assert.Equal(1, stages.ForwarderMetrics.Downlinks[outcome]);
    }

    [Fact]
    public async Task TxAck_Lost_TheOrderGoesOutAgainAndItsOwnCollisionMeansSent()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port)
        {
            Answer = order => order.Number == 0 ? null : TestForwarder.Error("COLLISION_PACKET"),
        };
        await forwarder.PullAsync();

        Assert.Equal(DownlinkOutcome.Sent, await SendAsync(await HearAsync(stages, server)));

        Assert.Equal(2, forwarder.Orders.Count);
        Assert.Equal(forwarder.Orders[0].Token, forwarder.Orders[1].Token);
        Assert.Equal(forwarder.Orders[0].StartUs, forwarder.Orders[1].StartUs);
        Assert.Equal(1, stages.ForwarderMetrics.OrdersRepeated.Count);
    }

    [Fact]
    public async Task TxAck_Never_IsSaidSoAfterThreeOrders()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port) { Answer = _ => null };
        await forwarder.PullAsync();

        Assert.Equal(DownlinkOutcome.NoAnswer, await SendAsync(await HearAsync(stages, server)));

        Assert.Equal(ConcentratorPeer.SendsMax, forwarder.Orders.Count);
    }

    [Fact]
    public async Task TxAck_OfAnUnknownTokenOrFromElsewhere_IsCountedAndDecidesNothing()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var elsewhere = new TestForwarder(server.LocalEndPoint.Port, from: "127.0.0.2");
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        forwarder.Answer = order =>
        {
            elsewhere.SendTxAck(order.Token);
            return null;
        };
        await forwarder.PullAsync();

        Assert.Equal(DownlinkOutcome.NoAnswer, await SendAsync(await HearAsync(stages, server)));

        Assert.Equal(ConcentratorPeer.SendsMax, stages.ForwarderMetrics.TxAcksUnexpected.Count);
    }

    [Fact]
    public async Task Send_WindowOver_IsTooLate()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        await forwarder.PullAsync();
        var heard = await HearAsync(stages, server);
        heard.ReceivedMonotonicMs -= ConcentratorPeer.WindowMs - RoundTrip.AssumedMs;

        Assert.Equal(DownlinkOutcome.TooLate, await SendAsync(heard));

        Assert.Empty(forwarder.Orders);
    }

    [Fact]
    public async Task Send_SeveralInOneWindow_FollowOneAnotherUntilItIsFull()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        await forwarder.PullAsync();
        var heard = await HearAsync(stages, server);

        List<DownlinkOutcome> outcomes = [];
        for (var i = 0; i < 12; i++)
            outcomes.Add(await SendAsync(heard));

        var sent = outcomes.Count(outcome => outcome == DownlinkOutcome.Sent);
        Assert.InRange(sent, 3, 11);
        Assert.All(outcomes[sent..], outcome => Assert.True(outcome is DownlinkOutcome.Collision or DownlinkOutcome.TooLate, $"{outcome}"));
        var airUs = (uint)TimeOnAir.FrameUs(9, 125_000, 5, 8, _frame.Length);
        var starts = forwarder.Orders.Select(order => order.StartUs - UplinkUs).Order().ToList();
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second >= pair.First + airUs, $"{pair}"));
        Assert.True(starts[^1] + airUs <= ConcentratorPeer.WindowMs * 1000);
    }

    [Theory]
    [InlineData(0, 9, 125_000)]
    [InlineData(923_200_000, 9, 125_000)]
    [InlineData(921_400_000, 12, 125_000)]
    [InlineData(921_400_000, 5, 125_000)]
    [InlineData(921_400_000, 9, 203_000)]
    [InlineData(921_400_000, Reception.Unknown, Reception.Unknown)]
    public async Task Send_WhereTheRegionForbidsIt_IsNotAllowed(long frequencyHz, int spreadingFactor, int bandwidthHz)
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port);
        await forwarder.PullAsync();
        var heard = await HearAsync(stages, server);
        heard.FrequencyHz = frequencyHz;
        heard.SpreadingFactor = spreadingFactor;
        heard.BandwidthHz = bandwidthHz;

        Assert.Equal(DownlinkOutcome.NotAllowed, await SendAsync(heard));

        Assert.Empty(forwarder.Orders);
    }

    [Fact]
    public async Task Send_TheForwarderIsLate_LeavesEarlierTheNextTime()
    {
        await using var stages = StagesAtOneInstant();
        var server = await stages.StartForwarderAsync();
        using var forwarder = new TestForwarder(server.LocalEndPoint.Port) { Answer = _ => TestForwarder.Error("TOO_LATE") };
        await forwarder.PullAsync();

        // A start that is further behind the uplink is all that a gateway can do for a slow way.
        List<uint> starts = [];
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(DownlinkOutcome.TooLate, await SendAsync(await HearAsync(stages, server)));
            starts.Add(forwarder.Orders[^1].StartUs - UplinkUs);
        }

        Assert.True(starts[^1] > starts[0] + 300_000, string.Join(", ", starts));
    }

    // The clock stands still: how long the machine keeps a test waiting must not decide what fits into a window.
    private static Stages StagesAtOneInstant() => new(time: new ManualTime());

    internal static async Task<Reception> HearAsync(Stages stages, PacketForwarderServer server)
    {
        using var concentrator = new TestConcentrator(server.LocalEndPoint.Port);
        await concentrator.PushAsync([[1]]);
        Datagram? datagram = null;
        await Eventually.TrueAsync(() => stages.Buffer.TryTake(out datagram!), "heard");
        var reception = datagram!.Reception;
        stages.Buffer.Return(datagram);
        Assert.Equal(UplinkLink.Lora, reception.Link);
        Assert.NotNull(reception.Source);
        reception.FrequencyHz = 921_400_000;
        reception.SpreadingFactor = 9;
        return reception;
    }

    private static Task<DownlinkOutcome> SendAsync(Reception answerTo) =>
        answerTo.Path!.SendAsync(_frame, 17, answerTo, CancellationToken.None);
}
