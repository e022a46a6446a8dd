using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.TheThingsStack;

public sealed class TheThingsStackUplinkReaderTests(ITestOutputHelper output) : UplinkReaderContract(Sample, output)
{
    // Field names and types as in "Data Formats" of The Things Stack's documentation and its v3.36 ApplicationUp: 64-bit
    // integers are text, empty fields are left out (the second gateway's SNR is 0), a gateway of another network comes
    // through Packet Broker.
    internal const string Sample = """
        {"end_device_ids":{"device_id":"boat-77","application_ids":{"application_id":"boats"},"dev_eui":"0004A30B001C0530","join_eui":"800000000000000C","dev_addr":"00BCB929"},"correlation_ids":["as:up:01E0WZGT6Y7657CPFPE5WEYDSQ","gs:uplink:01E0WZGSZWT07NE5TS2APTV1Z9"],"received_at":"2026-03-04T03:04:05.999Z","uplink_message":{"session_key_id":"AXBSH1Pk6Z0G166R","f_port":10,"f_cnt":1,"frm_payload":"RATTiLqGibs8XEYX2cztQQ==","decoded_payload":{"frm_payload":"AAAA","rx_metadata":[{}]},"rx_metadata":[{"gateway_ids":{"gateway_id":"gtw1","eui":"9C5C8E00001A05C4"},"time":"2026-03-04T03:04:05.775Z","timestamp":2463457000,"rssi":-35,"channel_rssi":-35,"snr":5.2,"location":{"latitude":1.16,"longitude":104.005,"altitude":3,"source":"SOURCE_REGISTRY"},"uplink_token":"CiIKIAoUZ3R3MQ==","channel_index":2,"received_at":"2026-03-04T03:04:05.8Z"},{"gateway_ids":{"gateway_id":"packetbroker"},"packet_broker":{"message_id":"01E0WZGT","forwarder_net_id":"000013","forwarder_tenant_id":"ttnv2","forwarder_gateway_eui":"58A0CBFFFE802A21","forwarder_gateway_id":{"value":"x"},"home_network_net_id":"000013"},"rssi":-112.0,"channel_rssi":-112.0}],"settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7,"coding_rate":"4/5"}},"frequency":"923200000","timestamp":2463457000,"time":"2026-03-04T03:04:05.775Z"},"received_at":"2026-03-04T03:04:05.8Z","consumed_airtime":"0.046336s","network_ids":{"net_id":"000013","tenant_id":"patrol","cluster_id":"au1"}}}
        """;

    private readonly TheThingsStackUplinkReader _reader = new();

    [Fact]
    public void Read_MessageOfTheServer_GivesTheFrameOnceForEachGateway()
    {
        Assert.Equal(LoRaWanRejection.None, Read(Sample));

        Assert.Equal(2, Sink.Frames.Count);
        Assert.All(Sink.Frames, frame => Assert.Equal("4404d388ba8689bb3c5c4617d9cced41", Convert.ToHexStringLower(frame.Frame)));
        var first = Sink.Frames[0].Reception;
        Assert.Equal(0x9C5C8E00001A05C4UL, first.Concentrator);
        Assert.Equal(-35, first.RssiDbm);
        Assert.Equal(52, first.SnrDecibelE1);
        Assert.Equal(923_200_000, first.FrequencyHz);
        Assert.Equal(7, first.SpreadingFactor);
        Assert.Equal(125_000, first.BandwidthHz);
        Assert.Equal(2_463_457_000, first.ConcentratorUs);
        Assert.Equal(Arrival.ReceivedUtcMs, first.ReceivedUtcMs);
        var second = Sink.Frames[1].Reception;
        Assert.Equal(0x58A0CBFFFE802A21UL, second.Concentrator);
        Assert.Equal(-112, second.RssiDbm);
        Assert.Equal(0, second.SnrDecibelE1);
        Assert.Equal(Reception.Unknown, second.ConcentratorUs);
    }

    [Theory]
    [InlineData("\"received_at\":\"2026-03-04T02:04:05Z\"", "", 1_772_589_845_000)]
    [InlineData("", ",\"received_at\":\"2026-03-04T02:04:05Z\"", 1_772_589_845_000)]
    [InlineData("\"received_at\":\"2026-03-04T03:04:05Z\"", ",\"received_at\":\"2026-03-04T02:04:05Z\"", 1_772_589_845_000)]
    public void Read_UplinkThatCameLate_HasTheNetworkServersTimeFirst(string outer, string inner, long utcMs)
    {
        Read("{" + outer + (outer.Length == 0 ? "" : ",") + "\"uplink_message\":{\"frm_payload\":\"AA==\"" + inner + "}}");

        Assert.Equal(utcMs, Assert.Single(Sink.Frames).Reception.ReceivedUtcMs);
    }

    [Theory]
    [InlineData("""{"uplink_message":{"f_port":1}}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"uplink_message":7}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"join_accept":{"session_key_id":"x"}}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"frm_payload":"AA=="}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"uplink_message":{"frm_payload":"*"}}""", LoRaWanRejection.DataNotBase64)]
    [InlineData("""{"uplink_message":{"frm_payload":"AA==","app_s_key":{"encrypted_key":"x"}}}""", LoRaWanRejection.PayloadEncrypted)]
    [InlineData("\"\"", LoRaWanRejection.JsonShape)]
    [InlineData("""{"uplink_message":{"frm_payload":"AA==",""", LoRaWanRejection.JsonMalformed)]
    [InlineData("\0", LoRaWanRejection.JsonMalformed)]
    public void Read_OfNoUse_SaysWhy(string json, LoRaWanRejection rejection) => Refuses(json, rejection);

    private protected override LoRaWanRejection Read(byte[] json, in Reception arrival, ILoRaWanSink sink) => _reader.Read(json, in arrival, sink);
}
