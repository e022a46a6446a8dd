using System.Buffers.Text;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// One reception as a PUSH_DATA tells it (PROTOCOL.TXT section 4). Filled again for each; what its JSON did not tell,
/// or told in another type than the protocol's, is unknown.
/// </summary>
/// <remarks>
/// The forwarder's <c>time</c> is left alone: it occurs as ISO 8601, as an "expanded" time and wrong, and the gateway's
/// own clock is the one that the skew of a boat is measured against.
/// </remarks>
internal sealed class Rxpk
{
    private readonly Base64Bytes _data = new();
    private int _stat;
    private int _size;
    private int _antennaSnrDecibelE1;
    private Reception _reception;

    /// <summary>How it was heard; without concentrator and time of arrival.</summary>
    public Reception Reception => _reception;

    /// <summary>Makes everything unknown.</summary>
    public void Clear()
    {
        _data.Clear();
        _stat = Reception.Unknown;
        _size = Reception.Unknown;
        _antennaSnrDecibelE1 = Reception.Unknown;
        _reception = new Reception();
    }

    /// <summary>Takes the property whose name <paramref name="json"/> stands on, with its whole value.</summary>
    public void Take(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("data"u8))
            _data.Take(ref json);
        else if (json.ValueTextEquals("stat"u8))
            _stat = ReadInteger(ref json);
        else if (json.ValueTextEquals("size"u8))
            _size = ReadInteger(ref json);
        else if (json.ValueTextEquals("datr"u8))
            TakeDataRate(ref json);
        else if (json.ValueTextEquals("freq"u8))
            _reception.FrequencyHz = ReadScaled(ref json, 1e6, 10e9);
        else if (json.ValueTextEquals("rssi"u8))
            _reception.RssiDbm = (int)ReadScaled(ref json, 1, 1000);
        else if (json.ValueTextEquals("lsnr"u8))
            _reception.SnrDecibelE1 = (int)ReadScaled(ref json, 10, 10_000);
        else if (json.ValueTextEquals("tmst"u8))
            _reception.ConcentratorUs = ReadScaled(ref json, 1, uint.MaxValue);
        else if (json.ValueTextEquals("rsig"u8))
            TakeAntennas(ref json);
        else
            JsonFields.Skip(ref json);
    }

    /// <summary>Writes the frame's bytes into <paramref name="frame"/>, of <see cref="Datagram.FrameBytesMax"/>, once all properties are taken.</summary>
    public PacketForwarderRejection Finish(Span<byte> frame, out int frameLength)
    {
        frameLength = 0;
        if (_stat != 1)
        {
            return _stat switch
            {
                -1 => PacketForwarderRejection.CrcBad,
                0 => PacketForwarderRejection.CrcAbsent,
                _ => PacketForwarderRejection.CrcNotTold,
            };
        }

        switch (_data.Decode(frame, out frameLength))
        {
            case Base64Outcome.Missing:
                return PacketForwarderRejection.DataMissing;
            case Base64Outcome.NotBase64:
                return PacketForwarderRejection.DataNotBase64;
            case Base64Outcome.TooLong:
                return PacketForwarderRejection.DataTooLong;
        }

        return _size != Reception.Unknown && _size != frameLength
            ? PacketForwarderRejection.SizeMismatch
            : PacketForwarderRejection.None;
    }

    // "SF7BW125" for LoRa; a number, bit/s, for FSK.
    private void TakeDataRate(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String || json.ValueIsEscaped)
        {
            json.Skip();
            return;
        }

        var text = json.ValueSpan;
        if (!text.StartsWith("SF"u8)
            || !Utf8Parser.TryParse(text[2..], out int spreadingFactor, out var digits)
            || !text[(2 + digits)..].StartsWith("BW"u8)
            || !Utf8Parser.TryParse(text[(4 + digits)..], out int bandwidthKhz, out var bandwidthDigits)
            || 4 + digits + bandwidthDigits != text.Length
            || spreadingFactor is < 5 or > 12
            || bandwidthKhz is < 1 or > 2000)
        {
            return;
        }

        _reception.SpreadingFactor = spreadingFactor;
        _reception.BandwidthHz = bandwidthKhz * 1000;
    }

    // Several antennas tell their signals apart in an array; the best of them says how well the frame was heard.
    private void TakeAntennas(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsArray(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
                TakeAntenna(ref json);
            else
                json.Skip();
        }
    }

    private void TakeAntenna(ref Utf8JsonReader json)
    {
        var rssiDbm = Reception.Unknown;
        var snrDecibelE1 = Reception.Unknown;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("rssic"u8))
                rssiDbm = (int)ReadScaled(ref json, 1, 1000);
            else if (json.ValueTextEquals("lsnr"u8))
                snrDecibelE1 = (int)ReadScaled(ref json, 10, 10_000);
            else
                JsonFields.Skip(ref json);
        }

        if (_antennaSnrDecibelE1 != Reception.Unknown && snrDecibelE1 <= _antennaSnrDecibelE1)
            return;
        _antennaSnrDecibelE1 = snrDecibelE1;
        _reception.SnrDecibelE1 = snrDecibelE1;
        _reception.RssiDbm = rssiDbm;
    }

    private static int ReadInteger(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var value))
            return value;
        json.Skip();
        return Reception.Unknown;
    }

    private static long ReadScaled(ref Utf8JsonReader json, double scale, double magnitudeMax)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.Number)
        {
            json.Skip();
            return Reception.Unknown;
        }

        return json.TryGetDouble(out var value) && Math.Abs(value * scale) <= magnitudeMax
            ? (long)Math.Round(value * scale)
            : Reception.Unknown;
    }
}
