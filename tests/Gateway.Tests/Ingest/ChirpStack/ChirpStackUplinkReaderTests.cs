using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Tests.Ingest.LoRaWan;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.ChirpStack;

public sealed class ChirpStackUplinkReaderTests(ITestOutputHelper output) : UplinkReaderContract(Sample, output)
{
    // The field names, their order and their types are those of api/proto/integration/integration.proto and gw.proto at
    // ChirpStack's commit d77207c in the mapping that its build makes: the event's own fields all written, of gw's those
    // that are not zero. The second gateway has an SNR of exactly 0, which therefore does not appear.
    internal const string Sample = """
        {"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2026-03-04T03:04:05.775023242+00:00","deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"Patrol","applicationId":"17c82e96-be03-4f38-aef3-f83d48582d97","applicationName":"boats","deviceProfileId":"14855bf7-d10d-4aee-b618-ebfcb64dc7ad","deviceProfileName":"unit","deviceName":"boat 77","devEui":"0101010101010101","deviceClassEnabled":"CLASS_A","tags":{"data":"AAAA"}},"devAddr":"00189440","adr":true,"dr":1,"fCnt":4,"fPort":10,"confirmed":false,"data":"RATTiLqGibs8XEYX2cztQQ==","object":{"data":"AAAA","rxInfo":[{}]},"rxInfo":[{"gatewayId":"0016c001f153a14c","uplinkId":4217106255,"gwTime":"2026-03-04T03:04:05.775023242+00:00","nsTime":"2026-03-04T03:04:05.812+00:00","timeSinceGpsEpoch":"1456628663.775s","rssi":-36,"snr":10.5,"channel":3,"rfChain":1,"location":{"latitude":1.16,"longitude":104.005,"altitude":12.0,"source":"GPS"},"context":"E3OWOQ==","metadata":{"region_common_name":"AS923","rssi":"-1"},"crcStatus":"CRC_OK"},{"gatewayId":"0016C001F153A14D","uplinkId":7,"rssi":-112,"context":"AAAAAAAAAAAAAAAA","crcStatus":"CRC_OK"}],"txInfo":{"frequency":923200000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":11,"codeRate":"CR_4_5","polarizationInversion":false}}},"relayRxInfo":null,"joinServerContext":null,"regionConfigId":"as923"}
        """;

    private readonly ChirpStackUplinkReader _reader = new();

    [Fact]
    public void Read_EventOfTheServer_GivesTheFrameOnceForEachGateway()
    {
        Assert.Equal(LoRaWanRejection.None, Read(Sample));

        Assert.Equal(2, Sink.Frames.Count);
        Assert.All(Sink.Frames, frame => Assert.Equal("4404d388ba8689bb3c5c4617d9cced41", Convert.ToHexStringLower(frame.Frame)));
        var first = Sink.Frames[0].Reception;
        Assert.Equal(0x0016C001F153A14CUL, first.Concentrator);
        Assert.Equal(-36, first.RssiDbm);
        Assert.Equal(105, first.SnrDecibelE1);
        Assert.Equal(923_200_000, first.FrequencyHz);
        Assert.Equal(11, first.SpreadingFactor);
        Assert.Equal(125_000, first.BandwidthHz);
        Assert.Equal(0x13739639, first.ConcentratorUs);
        Assert.Equal(Arrival.ReceivedUtcMs, first.ReceivedUtcMs);
    }

    [Fact]
    public void Read_NumberThatTheMappingLeavesOut_IsZeroBesideLoraAndUnknownElsewhere()
    {
        Read(Sample);

        var second = Sink.Frames[1].Reception;
        Assert.Equal(0x0016C001F153A14DUL, second.Concentrator);
        Assert.Equal(0, second.SnrDecibelE1);
        Assert.Equal(Reception.Unknown, second.ConcentratorUs);

        Sink.Frames.Clear();
        Read("""{"data":"AA==","rxInfo":[{"gatewayId":"01","rssi":-50}],"txInfo":{"frequency":868000000,"modulation":{"fsk":{"datarate":50000}}}}""");
        var fsk = Assert.Single(Sink.Frames).Reception;
        Assert.Equal(0UL, fsk.Concentrator);
        Assert.Equal(Reception.Unknown, fsk.SnrDecibelE1);
        Assert.Equal(Reception.Unknown, fsk.SpreadingFactor);
    }

    [Theory]
    [InlineData("2026-03-04T03:04:05+00:00", 1_772_593_446_000)]
    [InlineData("2026-03-04T03:03:06.000+00:00", 1_772_593_386_000)]
    [InlineData("2026-03-03T03:04:05.000Z", 1_772_507_045_000)]
    [InlineData("2027-03-03T03:04:05.000Z", 1_772_593_446_000)]
    [InlineData("yesterday", 1_772_593_446_000)]
    public void Read_UplinkThatTheBrokerKept_HasTheServersTime(string time, long utcMs)
    {
        Read($$"""{"data":"AA==","time":"{{time}}","rxInfo":[{"rssi":-50}]}""");

        var reception = Assert.Single(Sink.Frames).Reception;
        Assert.Equal(utcMs, reception.ReceivedUtcMs);
        Assert.Equal(utcMs - Arrival.ReceivedUtcMs, reception.ReceivedMonotonicMs - Arrival.ReceivedMonotonicMs);
    }

    [Theory]
    [InlineData("""{"rxInfo":[{}]}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"data":"","rxInfo":[{}]}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"data":null}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"data":["AA=="]}""", LoRaWanRejection.DataMissing)]
    [InlineData("""{"data":"A*=="}""", LoRaWanRejection.DataNotBase64)]
    [InlineData("""{"data":"AA==","joinServerContext":{"sessionKeyId":"x"}}""", LoRaWanRejection.PayloadEncrypted)]
    [InlineData("[]", LoRaWanRejection.JsonShape)]
    [InlineData("7", LoRaWanRejection.JsonShape)]
    [InlineData("", LoRaWanRejection.JsonMalformed)]
    [InlineData("{", LoRaWanRejection.JsonMalformed)]
    [InlineData("""{"data":"AA=="}x""", LoRaWanRejection.JsonMalformed)]
    [InlineData("""{"data":"\ud800"}""", LoRaWanRejection.JsonMalformed)]
    public void Read_OfNoUse_SaysWhy(string json, LoRaWanRejection rejection) => Refuses(json, rejection);

    [Theory]
    [InlineData("""{"data":"AA=="}""")]
    [InlineData("""{"data":"AA==","rxInfo":7,"txInfo":[1],"time":{}}""")]
    [InlineData("""{"data":"AA==","rxInfo":[7,[{}]],"txInfo":{"modulation":{"lora":7}}}""")]
    [InlineData("""{"txInfo":{"modulation":{"lora":{"spreadingFactor":99,"bandwidth":-1}},"frequency":"x"},"data":"AA=="}""")]
    public void Read_OtherTypesThanTheMapping_AreUnknown(string json)
    {
        Assert.Equal(LoRaWanRejection.None, Read(json));

        var reception = Assert.Single(Sink.Frames).Reception;
        Assert.Equal(0UL, reception.Concentrator);
        Assert.Equal(Reception.Unknown, reception.RssiDbm);
        Assert.Equal(Reception.Unknown, reception.SpreadingFactor);
        Assert.Equal(Reception.Unknown, reception.BandwidthHz);
        Assert.Equal(Reception.Unknown, reception.FrequencyHz);
    }

    [Fact]
    public void Read_MoreGatewaysThanAreKept_SaysSo()
    {
        var gateways = string.Join(',', Enumerable.Repeat("""{"rssi":-50}""", 17));
        Assert.Equal(LoRaWanRejection.TooManyReceptions, Read($$"""{"data":"AA==","rxInfo":[{{gateways}}]}"""));

        Assert.Equal(16, Sink.Frames.Count);
    }

    [Theory]
    [InlineData(255, LoRaWanRejection.None)]
    [InlineData(256, LoRaWanRejection.DataTooLong)]
    [InlineData(9000, LoRaWanRejection.DataTooLong)]
    public void Read_LongData_IsTakenUpToALoRaPayload(int bytes, LoRaWanRejection rejection) =>
        Assert.Equal(rejection, Read($$"""{"data":"{{Convert.ToBase64String(new byte[bytes])}}"}"""));

    private protected override LoRaWanRejection Read(byte[] json, in Reception arrival, ILoRaWanSink sink) => _reader.Read(json, in arrival, sink);
}
