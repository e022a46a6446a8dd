using System.Text.Json;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Ingest.TheThingsStack;

/// <summary>
/// Reads an uplink message of The Things Stack v3 (ApplicationUp with <c>uplink_message</c>; "Data Formats" of its
/// documentation). Token by token, without allocation; never throws over what a message holds. One object a thread.
/// </summary>
/// <remarks>
/// Empty fields are left out there: what is "", 0 or false does not appear. 64-bit integers are text
/// (<c>"frequency":"868300000"</c>). Receptions that came through Packet Broker have the gateway's EUI in
/// <c>packet_broker.forwarder_gateway_eui</c>, if the other network tells it at all.
/// </remarks>
public sealed class TheThingsStackUplinkReader
{
    private readonly LoRaWanUplink _uplink = new();
    private long _receivedUtcMs;

    /// <summary>Tells <paramref name="sink"/> the frame, once for each gateway that heard it.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="sink">Told.</param>
    public LoRaWanRejection Read(ReadOnlySpan<byte> payload, in Reception arrival, ILoRaWanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _uplink.Clear();
        _receivedUtcMs = Reception.Unknown;
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return LoRaWanRejection.JsonShape;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                TakeUp(ref json);

            // What follows the object is damage, too: Read throws at it.
            json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // As in the reader of ChirpStack's events: damage, and escaped text that is not Unicode.
            return LoRaWanRejection.JsonMalformed;
        }

        if (_uplink.ServerUtcMs == Reception.Unknown)
            _uplink.ServerUtcMs = _receivedUtcMs;
        return _uplink.Deliver(in arrival, sink);
    }

    private void TakeUp(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("received_at"u8))
            _receivedUtcMs = JsonFields.TimeUtcMs(ref json);
        else if (json.ValueTextEquals("uplink_message"u8))
            TakeMessage(ref json);
        else
            JsonFields.Skip(ref json);
    }

    private void TakeMessage(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("frm_payload"u8))
                _uplink.Data.Take(ref json);
            else if (json.ValueTextEquals("received_at"u8))
                _uplink.ServerUtcMs = JsonFields.TimeUtcMs(ref json);
            else if (json.ValueTextEquals("rx_metadata"u8))
                TakeReceptions(ref json);
            else if (json.ValueTextEquals("settings"u8))
                TakeSettings(ref json);
            else if (json.ValueTextEquals("app_s_key"u8))
                TakeSessionKey(ref json);
            else
                JsonFields.Skip(ref json);
        }
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
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("gateway_ids"u8))
                TakeEui(ref json, "eui"u8, ref reception);
            else if (json.ValueTextEquals("packet_broker"u8))
                TakeEui(ref json, "forwarder_gateway_eui"u8, ref reception);
            else if (json.ValueTextEquals("rssi"u8))
                reception.RssiDbm = (int)JsonFields.Scaled(ref json, 1, 1000);
            else if (json.ValueTextEquals("snr"u8))
                reception.SnrDecibelE1 = (int)JsonFields.Scaled(ref json, 10, 10_000);
            else if (json.ValueTextEquals("timestamp"u8))
                reception.ConcentratorUs = JsonFields.Scaled(ref json, 1, uint.MaxValue);
            else
                JsonFields.Skip(ref json);
        }

        _uplink.Add(in reception);
    }

    private static void TakeEui(ref Utf8JsonReader json, ReadOnlySpan<byte> name, ref Reception reception)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (!json.ValueTextEquals(name))
                JsonFields.Skip(ref json);
            else if (JsonFields.Eui(ref json) is not 0 and var eui)
                reception.Concentrator = eui;
        }
    }

    private void TakeSettings(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("frequency"u8))
                _uplink.FrequencyHz = JsonFields.Scaled(ref json, 1, 10e9);
            else if (json.ValueTextEquals("data_rate"u8))
                TakeDataRate(ref json);
            else
                JsonFields.Skip(ref json);
        }
    }

    private void TakeDataRate(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("lora"u8) && JsonFields.IsObject(ref json))
                _uplink.TakeLora(ref json, "spreading_factor"u8);
            else if (json.TokenType == JsonTokenType.PropertyName)
                JsonFields.Skip(ref json);
        }
    }

    // An uplink with a key in it has a payload that only this key, wrapped under another, opens ("payload crypto override").
    private void TakeSessionKey(ref Utf8JsonReader json)
    {
        json.Read();
        _uplink.IsEncrypted = json.TokenType == JsonTokenType.StartObject;
        json.Skip();
    }
}
