using System.Text.Json;

namespace BoatTelemetry.Simulator.Air;

/// <summary>What a gateway orders a concentrator to send (PROTOCOL.TXT, section 6: the object <c>txpk</c>).</summary>
/// <param name="Frame">The bytes.</param>
/// <param name="CounterUs">When, by the concentrator's counter; null for at once.</param>
/// <param name="FrequencyHz">The carrier.</param>
/// <param name="PowerDbm">At the connector.</param>
/// <param name="SpreadingFactor">7 to 12.</param>
/// <param name="BandwidthHz">125, 250 or 500 kHz.</param>
/// <param name="CodingRateDenominator">5 to 8.</param>
/// <param name="PreambleSymbols">8 if it does not say.</param>
/// <param name="IqIsInverted">As it should be, so that other concentrators do not hear it.</param>
/// <param name="HasCrc">On unless <c>ncrc</c>.</param>
public sealed record Downlink(
    byte[] Frame,
    uint? CounterUs,
    int FrequencyHz,
    int PowerDbm,
    int SpreadingFactor,
    int BandwidthHz,
    int CodingRateDenominator,
    int PreambleSymbols,
    bool IqIsInverted,
    bool HasCrc)
{
    private const int PowerDbmDefault = 14;
    private const int PreambleDefault = 8;

    /// <summary>Reads the JSON of a PULL_RESP; null if it orders no LoRa frame that can be sent.</summary>
    public static Downlink? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var txpk = document.RootElement.GetProperty("txpk");
            var rate = txpk.GetProperty("datr").GetString()!.Split("BW");
            var isImmediate = txpk.TryGetProperty("imme", out var imme) && imme.GetBoolean();
            return new Downlink(
                Convert.FromBase64String(txpk.GetProperty("data").GetString()!),
                isImmediate ? null : txpk.GetProperty("tmst").GetUInt32(),
                (int)Math.Round(txpk.GetProperty("freq").GetDouble() * 1e6),
                txpk.TryGetProperty("powe", out var power) ? power.GetInt32() : PowerDbmDefault,
                int.Parse(rate[0].AsSpan(2)),
                int.Parse(rate[1]) * 1000,
                int.Parse(txpk.GetProperty("codr").GetString()!.AsSpan(2)),
                txpk.TryGetProperty("prea", out var preamble) ? preamble.GetInt32() : PreambleDefault,
                txpk.TryGetProperty("ipol", out var polarity) && polarity.GetBoolean(),
                !(txpk.TryGetProperty("ncrc", out var noCrc) && noCrc.GetBoolean()));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException
            or IndexOutOfRangeException or OverflowException or ArgumentException)
        {
            return null;
        }
    }
}
