using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>What became of a downlink (PROTOCOL.TXT section 6, versions 1.4 to 1.6).</summary>
public enum TxAckResult
{
    /// <summary>Taken for sending.</summary>
    None = 0,
    TooLate,
    TooEarly,
    CollisionPacket,
    CollisionBeacon,
    TxFreq,
    TxPower,
    GpsUnlocked,

    /// <summary>A word that this code does not know.</summary>
    Other,
}

/// <summary>The body of a TX_ACK.</summary>
/// <param name="Result">The forwarder's word.</param>
/// <param name="IsWarning">It was sent all the same, changed as <paramref name="Result"/> says (version 1.5).</param>
public readonly record struct TxAck(TxAckResult Result, bool IsWarning)
{
    private static ReadOnlySpan<byte> Whitespace => " \t\r\n\0"u8;

    /// <summary>Reads what stands behind the header: nothing, or JSON, either with a NUL behind it.</summary>
    public static PacketForwarderRejection Read(ReadOnlySpan<byte> body, out TxAck ack)
    {
        ack = default;
        body = body.Trim(Whitespace);
        if (body.IsEmpty)
            return PacketForwarderRejection.None;
        try
        {
            return ReadJson(body, ref ack);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return PacketForwarderRejection.JsonMalformed;
        }
    }

    private static PacketForwarderRejection ReadJson(ReadOnlySpan<byte> body, ref TxAck ack)
    {
        var json = new Utf8JsonReader(body);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return PacketForwarderRejection.JsonShape;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 2)
                continue;
            var isError = json.ValueTextEquals("error"u8);
            var isWarning = json.ValueTextEquals("warn"u8);
            json.Read();
            if ((isError || isWarning) && json.TokenType == JsonTokenType.String)
                ack = new TxAck(ResultOf(ref json), isWarning);
        }

        return PacketForwarderRejection.None;
    }

    private static TxAckResult ResultOf(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("NONE"u8))
            return TxAckResult.None;
        if (json.ValueTextEquals("TOO_LATE"u8))
            return TxAckResult.TooLate;
        if (json.ValueTextEquals("TOO_EARLY"u8))
            return TxAckResult.TooEarly;
        if (json.ValueTextEquals("COLLISION_PACKET"u8))
            return TxAckResult.CollisionPacket;
        if (json.ValueTextEquals("COLLISION_BEACON"u8))
            return TxAckResult.CollisionBeacon;
        if (json.ValueTextEquals("TX_FREQ"u8))
            return TxAckResult.TxFreq;
        if (json.ValueTextEquals("TX_POWER"u8))
            return TxAckResult.TxPower;
        return json.ValueTextEquals("GPS_UNLOCKED"u8) ? TxAckResult.GpsUnlocked : TxAckResult.Other;
    }
}
