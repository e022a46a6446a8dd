using System.Buffers.Binary;
using System.Text.Json;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Ingest.ChirpStack;

/// <summary>
/// Reads an uplink event of ChirpStack v4 in its JSON form: integration.UplinkEvent of
/// api/proto/integration/integration.proto, with gw.UplinkRxInfo and gw.UplinkTxInfo, in the Protocol Buffers JSON mapping.
/// Token by token, without allocation; never throws over what a message holds. One object a thread.
/// </summary>
/// <remarks>
/// ChirpStack writes every field of the event itself and leaves out those of rxInfo that are zero (api/rust/build.rs:
/// <c>emit_fields</c> for "integration" and not for "gw"). Of an event <c>time</c>, <c>data</c>, <c>rxInfo</c>, <c>txInfo</c>
/// and <c>joinServerContext</c> are of use here; a repeated <c>deduplicationId</c> is known again by the frame itself.
/// </remarks>
public sealed class ChirpStackUplinkReader
{
    // gw.UplinkRxInfo.context of Semtech UDP concentrators: their 32-bit microsecond counter (chirpstack-gateway-bridge,
    // backend/semtechudp: binary.BigEndian.PutUint32). Other backends put more into it.
    private const int CounterContextBytes = 4;

    private readonly LoRaWanUplink _uplink = new();
    private readonly Base64Bytes _context = new();
    private readonly byte[] _contextBytes = new byte[Datagram.FrameBytesMax];

    /// <summary>Tells <paramref name="sink"/> the frame, once for each gateway that heard it.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="sink">Told.</param>
    public LoRaWanRejection Read(ReadOnlySpan<byte> payload, in Reception arrival, ILoRaWanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _uplink.Clear();
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return LoRaWanRejection.JsonShape;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                TakeEvent(ref json);

            // What follows the object is damage, too: Read throws at it.
            json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JsonException is all that Utf8JsonReader offers for damage; InvalidOperationException is its word for
            // escaped text that is not Unicode.
            return LoRaWanRejection.JsonMalformed;
        }

        return _uplink.Deliver(in arrival, sink);
    }

    private void TakeEvent(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("data"u8))
            _uplink.Data.Take(ref json);
        else if (json.ValueTextEquals("time"u8))
            _uplink.ServerUtcMs = JsonFields.TimeUtcMs(ref json);
        else if (json.ValueTextEquals("rxInfo"u8))
            TakeReceptions(ref json);
        else if (json.ValueTextEquals("txInfo"u8))
            TakeTransmission(ref json);
        else if (json.ValueTextEquals("joinServerContext"u8))
            TakeJoinServerContext(ref json);
        else
            JsonFields.Skip(ref json);
    }

    private void TakeReceptions(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsArray(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
                TakeReception(ref json);
            else
                json.Skip();
        }
    }

    private void TakeReception(ref Utf8JsonReader json)
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
        _uplink.Add(in reception);
    }

    private void TakeTransmission(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("frequency"u8))
                _uplink.FrequencyHz = JsonFields.Scaled(ref json, 1, 10e9);
            else if (json.ValueTextEquals("modulation"u8))
                TakeModulation(ref json);
            else
                JsonFields.Skip(ref json);
        }
    }

    private void TakeModulation(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("lora"u8) && JsonFields.IsObject(ref json))
                _uplink.TakeLora(ref json, "spreadingFactor"u8);
            else if (json.TokenType == JsonTokenType.PropertyName)
                JsonFields.Skip(ref json);
        }
    }

    // "null" is what the mapping writes where there is none.
    private void TakeJoinServerContext(ref Utf8JsonReader json)
    {
        json.Read();
        _uplink.IsEncrypted = json.TokenType == JsonTokenType.StartObject;
        json.Skip();
    }
}
