using System.Buffers.Binary;
using System.Text.Json;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Ingest.ChirpStack;

/// <summary>
/// Reads an uplink event of ChirpStack v4 in its JSON form: integration.UplinkEvent of
/// api/proto/integration/integration.proto, with gw.UplinkRxInfo and gw.UplinkTxInfo, in the Protocol Buffers JSON mapping.
/// </summary>
/// <remarks>
/// ChirpStack writes every field of the event itself and leaves out those of rxInfo that are zero (api/rust/build.rs:
/// <c>emit_fields</c> for "integration" and not for "gw"). Of an event <c>time</c>, <c>data</c>, <c>rxInfo</c>, <c>txInfo</c>
/// and <c>joinServerContext</c> are of use here; a repeated <c>deduplicationId</c> is known again by the frame itself, and
/// a <c>joinServerContext</c> of null is what the mapping writes where there is none.
/// </remarks>
public sealed class ChirpStackUplinkReader : LoRaWanUplinkReader
{
    // gw.UplinkRxInfo.context of Semtech UDP concentrators: their 32-bit microsecond counter (chirpstack-gateway-bridge,
    // backend/semtechudp: binary.BigEndian.PutUint32). Other backends put more into it.
    private const int CounterContextBytes = 4;

    private readonly Base64Bytes _context = new();
    private readonly byte[] _contextBytes = new byte[Datagram.FrameBytesMax];

    private protected override void TakeField(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("data"u8))
            Uplink.Data.Take(ref json);
        else if (json.ValueTextEquals("time"u8))
            Uplink.ServerUtcMs = JsonFields.TimeUtcMs(ref json);
        else if (json.ValueTextEquals("rxInfo"u8))
            TakeReceptions(ref json);
        else if (json.ValueTextEquals("txInfo"u8))
            Uplink.TakeTransmission(ref json, "modulation"u8, "spreadingFactor"u8);
        else if (json.ValueTextEquals("joinServerContext"u8))
            Uplink.TakeKey(ref json);
        else
            JsonFields.Skip(ref json);
    }

    private protected override Reception TakeReception(ref Utf8JsonReader json)
    {
        var reception = new Reception();
        _context.Clear();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("gatewayId"u8))
                reception.Concentrator = JsonFields.Eui(ref json);
            else if (json.ValueTextEquals("rssi"u8))
                reception.RssiDbm = (int)JsonFields.Scaled(ref json, 1, 1000);
            else if (json.ValueTextEquals("snr"u8))
                reception.SnrDecibelE1 = (int)JsonFields.Scaled(ref json, 10, 10_000);
            else if (json.ValueTextEquals("context"u8))
                _context.Take(ref json);
            else
                JsonFields.Skip(ref json);
        }

        if (_context.Decode(_contextBytes, out var length) == Base64Outcome.Decoded && length == CounterContextBytes)
            reception.ConcentratorUs = BinaryPrimitives.ReadUInt32BigEndian(_contextBytes);
        return reception;
    }
}
