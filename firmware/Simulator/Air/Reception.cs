using System.Globalization;
using System.Text;

namespace BoatTelemetry.Simulator.Air;

/// <summary>A frame as a concentrator received it.</summary>
/// <param name="Frame">The bytes.</param>
/// <param name="CounterUs">The concentrator's own 32-bit microsecond counter at the frame's end (<c>tmst</c>).</param>
/// <param name="Channel">The channel, which is also the demodulator's number (<c>chan</c>).</param>
/// <param name="FrequencyHz">The channel's frequency.</param>
/// <param name="Modulation">The spreading factor.</param>
/// <param name="Level">How strong it was.</param>
public sealed record Reception(
    byte[] Frame, uint CounterUs, int Channel, int FrequencyHz, LoRaModulation Modulation, SignalLevel Level)
{
    /// <summary>
    /// Its JSON object in the order and with the spacing of Semtech's sx1302 packet forwarder 2.1.0 (recorded
    /// datagrams, sx1302-forwarder.jsonl): <c>mid</c> is padded with a space, <c>freq</c> has six decimals.
    /// </summary>
    public void AppendJson(StringBuilder json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.Append(
            CultureInfo.InvariantCulture,
            $"{{\"jver\":1,\"tmst\":{CounterUs},\"chan\":{Channel},\"rfch\":0,\"freq\":{FrequencyHz / 1e6:0.000000},\"mid\":{0,2},");
        json.Append(
            CultureInfo.InvariantCulture,
            $"\"stat\":1,\"modu\":\"LORA\",\"datr\":\"{Modulation.DataRate}\",\"codr\":\"4/5\",\"rssis\":{Level.SignalDbm:0},");
        json.Append(
            CultureInfo.InvariantCulture,
            $"\"lsnr\":{Level.SnrDb:0.0},\"foff\":0,\"rssi\":{Level.ChannelDbm:0},\"size\":{Frame.Length},");
        json.Append(CultureInfo.InvariantCulture, $"\"data\":\"{Convert.ToBase64String(Frame)}\"}}");
    }
}
