using System.Text;
using System.Text.Json;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Simulator;

public sealed class ConcentratorTests
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(20);

    [Fact]
    public void Hear_Frame_DatagramIsTheForwarders()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, new ConcentratorOptions { Eui = 0xAA555A0000000102 });
        concentrator.Hear(Reception(0));
        Assert.True(concentrator.WaitUntilSettled(_longest));

        var push = gateway.Datagrams.Single(d => d[3] == 0);
        Assert.Equal(2, push[0]);
        Assert.Equal([0xAA, 0x55, 0x5A, 0, 0, 0, 1, 2], push[4..12]);
        const string expected =
            """{"rxpk":[{"jver":1,"tmst":946084334,"chan":0,"rfch":0,"freq":923.200000,"mid": 0,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssis":-110,"lsnr":-7.5,"foff":0,"rssi":-103,"size":4,"data":"AAECAw=="}]}""";
        Assert.Equal(expected, Encoding.UTF8.GetString(push, 12, push.Length - 12));
    }

    [SharedDataFact]
    public void Hear_Frame_DatagramHasTheShapeOfARecordedOne()
    {
        // The first reception of the recorded forwarder, with this frame in place of its random bytes.
        var line = File.ReadLines(RepositoryPaths.Shared("packet-forwarder", "sx1302-forwarder.jsonl"))
            .First(l => l.Contains("PUSH_DATA", StringComparison.Ordinal));
        using var recording = JsonDocument.Parse(line);
        var datagram = Convert.FromHexString(recording.RootElement.GetProperty("hex").GetString()!);
        var recorded = Encoding.UTF8.GetString(datagram, 12, datagram.Length - 12);
        recorded = recorded[..(recorded.IndexOf('}', StringComparison.Ordinal) + 1)];
        using var reception = JsonDocument.Parse(recorded["{\"rxpk\":[".Length..]);
        var text = new StringBuilder();
        Reception(0).AppendJson(text);
        var ours = text.ToString().Replace("\"size\":4,\"data\":\"AAECAw==\"", "\"size\":32,\"data\":\""
            + reception.RootElement.GetProperty("data").GetString() + "\"", StringComparison.Ordinal);

        Assert.Equal(recorded["{\"rxpk\":[".Length..], ours);
    }

    [Fact]
    public void Start_KeepAliveAndStatistics_AreSentAndAcknowledged()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, new ConcentratorOptions { KeepAliveMs = 30, StatisticsMs = 30 });
        FakeGateway.WaitFor(() => concentrator.Counters.PullAcks >= 3, "three PULL_ACK");
        FakeGateway.WaitFor(() => gateway.Datagrams.Any(d => d[3] == 0), "statistics");

        var push = gateway.Datagrams.First(d => d[3] == 0);
        using var json = JsonDocument.Parse(push.AsMemory(12));
        Assert.Equal(0, json.RootElement.GetProperty("stat").GetProperty("rxnb").GetInt32());
        Assert.All(gateway.Datagrams.Where(d => d[3] == 2), d => Assert.Equal(12, d.Length));
    }

    [Fact]
    public void Hear_AcknowledgementLost_SameDatagramIsSentAgainAndNothingIsMissing()
    {
        using var gateway = new FakeGateway(push => push % 2 == 1);
        using var concentrator = new Concentrator(gateway.EndPoint, ConcentratorOptions.Lossless with { AckWaitMs = 20 });
        for (byte i = 0; i < 20; i++)
            concentrator.Hear(Reception(i));

        Assert.True(concentrator.WaitUntilSettled(_longest));
        Assert.Equal(20, concentrator.Counters.Acknowledged);
        Assert.True(concentrator.Counters.Resent >= 20);
        Assert.Equal(0, concentrator.Counters.GivenUp);

        // In order, each at least twice, no other in between.
        var first = gateway.Frames.Select(f => f[0]).ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (byte)i), first.Distinct());
        Assert.Equal(first.Order(), first);
    }

    [Fact]
    public void Hear_RealForwarderWithoutAcknowledgement_NeverSendsAgain()
    {
        using var gateway = new FakeGateway(_ => false);
        using var concentrator = new Concentrator(gateway.EndPoint, ConcentratorOptions.RealForwarder);
        for (byte i = 0; i < 10; i++)
            concentrator.Hear(Reception(i));

        Assert.True(concentrator.WaitUntilSettled(_longest));
        Assert.Equal(10, concentrator.Counters.GivenUp);
        Assert.Equal(0, concentrator.Counters.Resent);
        Assert.Equal(10, gateway.Frames.Count);
    }

    [Fact]
    public void Hear_ManyFrames_NeverMoreInFlightThanAllowed()
    {
        Concentrator? concentrator = null;
        var most = 0L;
        using var gateway = new FakeGateway(_ =>
        {
            var counters = Volatile.Read(ref concentrator)!.Counters;
            most = Math.Max(most, counters.Heard - counters.Acknowledged);
            return true;
        });
        using var sender = new Concentrator(
            gateway.EndPoint, ConcentratorOptions.RealForwarder with { InFlightMax = 2, AckWaitMs = 5000 });
        Volatile.Write(ref concentrator, sender);
        for (var i = 0; i < 2000; i++)
            sender.Hear(Reception((byte)i));

        Assert.True(sender.WaitUntilSettled(_longest));
        Assert.Equal(2000, sender.Counters.Acknowledged);
        Assert.True(sender.Counters.WaitedForRoom > 0);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public void Hear_NobodyListens_IsGivenUpAndCounted()
    {
        var port = FreePorts.Udp();
        using var concentrator = new Concentrator(
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port), ConcentratorOptions.Lossless with { AckWaitMs = 20, AttemptsMax = 3 });
        concentrator.Hear(Reception(1));

        Assert.True(concentrator.WaitUntilSettled(_longest));
        Assert.Equal(1, concentrator.Counters.GivenUp);
        Assert.Equal(2, concentrator.Counters.Resent);
    }

    [Fact]
    public void PullResp_FromGateway_IsRefusedWithTxFreq()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, new ConcentratorOptions());
        FakeGateway.WaitFor(() => concentrator.Counters.PullAcks > 0, "the first PULL_ACK");
        gateway.SendToForwarder([2, 0x12, 0x34, 3, .. "{\"txpk\":{}}"u8]);
        FakeGateway.WaitFor(() => gateway.Datagrams.Any(d => d[3] == 5), "TX_ACK");

        var answer = gateway.Datagrams.First(d => d[3] == 5);
        Assert.Equal([2, 0x12, 0x34], answer[..3]);
        Assert.Equal("{\"txpk_ack\":{\"error\":\"TX_FREQ\"}}", Encoding.UTF8.GetString(answer, 12, answer.Length - 12));
        Assert.Equal(1, concentrator.Counters.Downlinks);
    }

    private static Reception Reception(byte first) => new(
        [first, 1, 2, 3], 946084334, 0, 923_200_000, new LoRaModulation(7), new SignalLevel(-110, -103, -7.5));
}
