using System.Text;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.PacketForwarder;

public sealed class PushDataReaderTests(ITestOutputHelper output)
{
    private readonly Sink _sink = new();

    [Theory]
    // The frame FB FF BE in every writing of base64 that occurs.
    [InlineData("\"+/++\"")]
    [InlineData("\"-_--\"")]
    [InlineData("\"+\\/++\"")]
    [InlineData("\"\\u002b/++\"")]
    public void Read_DataInAnyAlphabet_GivesItsBytes(string data)
    {
        Assert.Equal(PacketForwarderRejection.None, Read($$"""{"rxpk":[{"stat":1,"data":{{data}}}]}"""));

        Assert.Equal("fbffbe", Convert.ToHexStringLower(Assert.Single(_sink.Frames).Frame));
    }

    [Theory]
    [InlineData("AAE=", "0001")]
    [InlineData("AAE", "0001")]
    [InlineData("AA==", "00")]
    [InlineData("AA", "00")]
    public void Read_DataPaddedOrNot_GivesItsBytes(string data, string hex)
    {
        Read($$"""{"rxpk":[{"stat":1,"data":"{{data}}"}]}""");

        Assert.Equal(hex, Convert.ToHexStringLower(Assert.Single(_sink.Frames).Frame));
    }

    [Fact]
    public void Read_EverythingTold_GivesTheReception()
    {
        Read("""{"rxpk":[{"jver":1,"tmst":4294967295,"freq":923.2,"mid": 0,"stat":1,"datr":"SF10BW500","rssis":-110,"lsnr":-7.5,"foff":0,"rssi":-103,"size":1,"data":"AA=="}]}""");

        var reception = Assert.Single(_sink.Frames).Reception;
        Assert.Equal(0xAA55UL, reception.Concentrator);
        Assert.Equal(-103, reception.RssiDbm);
        Assert.Equal(-75, reception.SnrDecibelE1);
        Assert.Equal(923_200_000, reception.FrequencyHz);
        Assert.Equal(10, reception.SpreadingFactor);
        Assert.Equal(500_000, reception.BandwidthHz);
        Assert.Equal(4_294_967_295, reception.ConcentratorUs);
        Assert.Equal(77, reception.ReceivedUtcMs);
    }

    [Fact]
    public void Read_NothingTold_GivesUnknownAndNotZero()
    {
        Read("""{"rxpk":[{"stat":1,"data":"AA==","datr":50000,"freq":"923","rssi":null,"lsnr":[1],"tmst":-1e99}]}""");

        var reception = Assert.Single(_sink.Frames).Reception;
        Assert.Equal(Reception.Unknown, reception.RssiDbm);
        Assert.Equal(Reception.Unknown, reception.SnrDecibelE1);
        Assert.Equal(Reception.Unknown, reception.FrequencyHz);
        Assert.Equal(Reception.Unknown, reception.SpreadingFactor);
        Assert.Equal(Reception.Unknown, reception.BandwidthHz);
        Assert.Equal(Reception.Unknown, reception.ConcentratorUs);
    }

    [Fact]
    public void Read_SeveralAntennas_TakesTheBest()
    {
        Read("""{"rxpk":[{"stat":1,"data":"AA==","rsig":[{"ant":0,"lsnr":-9.0,"rssic":-120},{"ant":1,"lsnr":3.2,"rssic":-101,"x":{}},{"ant":2,"lsnr":1,"rssic":-90},7]}]}""");

        var reception = Assert.Single(_sink.Frames).Reception;
        Assert.Equal(32, reception.SnrDecibelE1);
        Assert.Equal(-101, reception.RssiDbm);
    }

    [Theory]
    [InlineData("""{"time":"2013-03-31T16:21:17.528002Z"}""")]
    [InlineData("""{"time":"2014-01-12 08:59:28 GMT"}""")]
    [InlineData("""{"time":17,"tmms":1,"ftime":2,"deep":{"a":[{"b":[]}]},"data2":"x"}""")]
    public void Read_KeysItDoesNotUse_AreLeftAlone(string extra)
    {
        Read($$"""{"stat":{"rxnb":1},"rxpk":[{"stat":1,"data":"AA==",{{extra[1..]}}],"more":[[]]}""");

        Assert.Single(_sink.Frames);
        Assert.Equal(1, _sink.StatisticsSeen);
    }

    [Theory]
    [InlineData("""{"stat":-1,"data":"AA=="}""", PacketForwarderRejection.CrcBad)]
    [InlineData("""{"stat":0,"data":"AA=="}""", PacketForwarderRejection.CrcAbsent)]
    [InlineData("""{"data":"AA=="}""", PacketForwarderRejection.CrcNotTold)]
    [InlineData("""{"stat":"1","data":"AA=="}""", PacketForwarderRejection.CrcNotTold)]
    [InlineData("""{"stat":1}""", PacketForwarderRejection.DataMissing)]
    [InlineData("""{"stat":1,"data":""}""", PacketForwarderRejection.DataMissing)]
    [InlineData("""{"stat":1,"data":7}""", PacketForwarderRejection.DataMissing)]
    [InlineData("""{"stat":1,"data":"A"}""", PacketForwarderRejection.DataNotBase64)]
    [InlineData("""{"stat":1,"data":"A*=="}""", PacketForwarderRejection.DataNotBase64)]
    [InlineData("""{"stat":1,"data":"AA==","size":2}""", PacketForwarderRejection.SizeMismatch)]
    public void Read_UselessReception_SaysWhyAndGoesOn(string rxpk, PacketForwarderRejection rejection)
    {
        Assert.Equal(PacketForwarderRejection.None, Read($$"""{"rxpk":[{{rxpk}},{"stat":1,"data":"AQ=="}]}"""));

        Assert.Equal(rejection, Assert.Single(_sink.Refusals));
        Assert.Equal([1], Assert.Single(_sink.Frames).Frame);
    }

    [Theory]
    [InlineData(255, PacketForwarderRejection.None)]
    [InlineData(256, PacketForwarderRejection.DataTooLong)]
    [InlineData(60_000, PacketForwarderRejection.DataTooLong)]
    public void Read_LongData_IsTakenUpToALoRaPayload(int bytes, PacketForwarderRejection rejection)
    {
        var data = Convert.ToBase64String(new byte[bytes]).Replace("A", "\\u0041", StringComparison.Ordinal);
        Read($$"""{"rxpk":[{"stat":1,"data":"{{data}}"}]}""");

        Assert.Equal(rejection, _sink.Refusals.SingleOrDefault());
        Assert.Equal(rejection == PacketForwarderRejection.None ? 1 : 0, _sink.Frames.Count);
    }

    [Theory]
    [InlineData("", PacketForwarderRejection.JsonMalformed)]
    [InlineData("{", PacketForwarderRejection.JsonMalformed)]
    [InlineData("{}x", PacketForwarderRejection.JsonMalformed)]
    [InlineData("[]", PacketForwarderRejection.JsonShape)]
    [InlineData("{\"rxpk\":{}}", PacketForwarderRejection.JsonShape)]
    [InlineData("{\"rxpk\":[7]}", PacketForwarderRejection.JsonShape)]
    [InlineData("{}\0", PacketForwarderRejection.None)]
    [InlineData(" {\"rxpk\" : [ ] } ", PacketForwarderRejection.None)]
    public void Read_OtherJson_SaysWhy(string json, PacketForwarderRejection rejection) => Assert.Equal(rejection, Read(json));

    [Fact]
    public void Read_DamageBehindAReception_KeepsTheReception()
    {
        Assert.Equal(PacketForwarderRejection.JsonMalformed, Read("""{"rxpk":[{"stat":1,"data":"AQ=="},{"stat":1,"da"""));

        Assert.Single(_sink.Frames);
    }

    [Fact]
    public void Read_WholeDatagram_AllocatesNothing()
    {
        var json = Encoding.UTF8.GetBytes(
            """{"rxpk":[{"jver":1,"tmst":946084334,"freq":923.200000,"mid": 0,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssis":-110,"lsnr":-7.5,"foff":0,"rssi":-103,"size":3,"data":"+/++"}]}""");
        var reader = new PushDataReader();
        var sink = new NullSink();
        var arrival = new Reception();
        reader.Read(json, in arrival, sink);

        var passes = 0;
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1000; i++)
                reader.Read(json, in arrival, sink);

            passes++;
        }));
        Assert.Equal(1 + (passes * 1000), sink.Frames);
    }

    [Fact]
    public void Datagrams_RandomAndMutated_NeverThrow()
    {
        var random = Seed.New(output);
        var good = Encoding.UTF8.GetBytes(
            """{"rxpk":[{"jver":1,"tmst":1,"time":"2013-03-31T16:21:17.528002Z","freq":923.2,"stat":1,"datr":"SF7BW125","lsnr":-7.5,"rssi":-103,"rsig":[{"lsnr":1,"rssic":-90}],"size":3,"data":"+\/\u002b+"}],"stat":{"rxnb":2}}""");
        var ack = """{"txpk_ack":{"warn":"TX_POWER","value":20}}"""u8.ToArray();
        var reader = new PushDataReader();
        var arrival = new Reception();
        for (var i = 0; i < 200_000; i++)
        {
            byte[] body = (i % 4) switch
            {
                0 => Random(random, random.Next(40)),
                1 => ack.ToArray(),
                _ => good.ToArray(),
            };
            if (i % 4 > 0)
                Mutate(random, body);
            byte[] datagram = [(byte)random.Next(4), .. Random(random, 2), (byte)random.Next(8), .. Random(random, 8), .. body];
            datagram = datagram[..random.Next(Math.Max(0, datagram.Length - 30), datagram.Length + 1)];
            PacketForwarderHeader.Read(datagram, out _);
            var rest = datagram.AsSpan(Math.Min(12, datagram.Length));
            reader.Read(rest, in arrival, _sink);
            TxAck.Read(rest, out _);
        }

        // Some came through and some did not, so both ways were walked.
        Assert.NotEmpty(_sink.Frames);
        Assert.NotEmpty(_sink.Refusals);
    }

    private static byte[] Random(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void Mutate(Random random, byte[] bytes)
    {
        for (var changes = random.Next(4); changes > 0; changes--)
            bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"\"{}[],:\\0-e"[random.Next(11)];
    }

    private PacketForwarderRejection Read(string json)
    {
        var arrival = new Reception { Concentrator = 0xAA55, ReceivedUtcMs = 77 };
        return new PushDataReader().Read(Encoding.UTF8.GetBytes(json), in arrival, _sink);
    }

    private sealed class Sink : IPushDataSink
    {
        public List<(byte[] Frame, Reception Reception)> Frames { get; } = [];

        public List<PacketForwarderRejection> Refusals { get; } = [];

        public int StatisticsSeen { get; private set; }

        public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames.Add((frame.ToArray(), reception));

        public void Refused(PacketForwarderRejection rejection) => Refusals.Add(rejection);

        public void Statistics(in ConcentratorStatistics statistics)
        {
            StatisticsSeen++;
            LastStatistics = statistics;
        }

        public ConcentratorStatistics LastStatistics { get; private set; }
    }

    private sealed class NullSink : IPushDataSink
    {
        public int Frames { get; private set; }

        public void Received(ReadOnlySpan<byte> frame, in Reception reception) => Frames++;

        public void Refused(PacketForwarderRejection rejection) => throw new InvalidOperationException();

        public void Statistics(in ConcentratorStatistics statistics) => throw new InvalidOperationException();
    }
}
