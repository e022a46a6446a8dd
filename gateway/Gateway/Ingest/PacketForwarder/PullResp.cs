using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

// PROTOCOL.TXT sections 5.4 and 6:
//
//   byte 0      protocol version, that of the PULL_DATA
//        1..2   token, which TX_ACK repeats; version 1 leaves it unused and answers nothing
//        3      identifier 3
//        4..    {"txpk":{...}}

/// <summary>An order to send a LoRa frame.</summary>
/// <param name="StartUs">By the concentrator's counter; null: at once.</param>
/// <param name="FrequencyHz">Centre frequency.</param>
/// <param name="PowerDbm">
/// Less what the forwarder subtracts as its own <c>antenna_gain</c> this is at the connector (lora_pkt_fwd.c).
/// </param>
/// <param name="SpreadingFactor">7 to 12.</param>
/// <param name="BandwidthHz">125,000, 250,000 or 500,000.</param>
/// <param name="CodingRateDenominator">5 to 8.</param>
/// <param name="PreambleSymbols">As boats expect it.</param>
internal readonly record struct Txpk(
    uint? StartUs, long FrequencyHz, int PowerDbm, int SpreadingFactor, int BandwidthHz, int CodingRateDenominator, int PreambleSymbols);

/// <summary>Writes PULL_RESP.</summary>
internal static class PullResp
{
    /// <summary>The longest: 255 bytes of frame are 340 of base64.</summary>
    public const int BytesMax = 640;

    /// <summary>
    /// Writes the datagram and returns its length. I and Q are inverted, so that boats do not hear each other; the CRC is on,
    /// unlike LoRaWAN's downlinks, since boats refuse a frame without one (docs/radio-regulation.md has the modulation).
    /// </summary>
    public static int Write(Span<byte> datagram, byte version, ushort token, in Txpk order, ReadOnlySpan<byte> frame)
    {
        datagram[0] = version;
        BinaryPrimitives.WriteUInt16BigEndian(datagram[1..], version == 1 ? (ushort)0 : token);
        datagram[3] = (byte)PacketForwarderIdentifier.PullResp;
        var at = PacketForwarderHeader.AckBytes;
        var when = order.StartUs is { } startUs
            ? string.Create(CultureInfo.InvariantCulture, $"\"tmst\":{startUs}")
            : "\"imme\":true";
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"txpk\":{{{when},\"freq\":{order.FrequencyHz / 1e6:0.000000},\"rfch\":0,\"powe\":{order.PowerDbm},\"modu\":\"LORA\",\"datr\":\"SF{order.SpreadingFactor}BW{order.BandwidthHz / 1000}\",\"codr\":\"4/{order.CodingRateDenominator}\",\"ipol\":true,\"prea\":{order.PreambleSymbols},\"ncrc\":false,\"size\":{frame.Length},\"data\":\"");
        at += Encoding.ASCII.GetBytes(head, datagram[at..]);
        Base64.EncodeToUtf8(frame, datagram[at..], out _, out var written);
        at += written;
        "\"}}"u8.CopyTo(datagram[at..]);
        return at + 3;
    }
}
