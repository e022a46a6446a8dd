using System.Text.Json;
using BoatTelemetry.Gateway.Ingest.LoRaWan;

namespace BoatTelemetry.Gateway.Ingest.TheThingsStack;

/// <summary>
/// Reads an uplink message of The Things Stack v3 (ApplicationUp with <c>uplink_message</c>; "Data Formats" of its
/// documentation).
/// </summary>
/// <remarks>
/// Empty fields are left out there: what is "", 0 or false does not appear. 64-bit integers are text
/// (<c>"frequency":"868300000"</c>). Receptions that came through Packet Broker have the gateway's EUI in
/// <c>packet_broker.forwarder_gateway_eui</c>, if the other network tells it at all. An uplink with a key in it has a
/// payload that only this key, wrapped under another, opens ("payload crypto override").
/// </remarks>
public sealed class TheThingsStackUplinkReader : LoRaWanUplinkReader
{
    private protected override void TakeField(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("received_at"u8))
            Uplink.ForwardedUtcMs = JsonFields.TimeUtcMs(ref json);
        else if (json.ValueTextEquals("uplink_message"u8))
            TakeMessage(ref json);
        else
            JsonFields.Skip(ref json);
    }

    private protected override Reception TakeReception(ref Utf8JsonReader json)
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

        return reception;
    }

    private void TakeMessage(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("frm_payload"u8))
                Uplink.Data.Take(ref json);
            else if (json.ValueTextEquals("received_at"u8))
                Uplink.ServerUtcMs = JsonFields.TimeUtcMs(ref json);
            else if (json.ValueTextEquals("rx_metadata"u8))
                TakeReceptions(ref json);
            else if (json.ValueTextEquals("settings"u8))
                Uplink.TakeTransmission(ref json, "data_rate"u8, "spreading_factor"u8);
            else if (json.ValueTextEquals("app_s_key"u8))
                Uplink.TakeKey(ref json);
            else
                JsonFields.Skip(ref json);
        }
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
}
