using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>
/// What a forwarder tells of itself in <c>stat</c> (PROTOCOL.TXT section 4): counts since the one before, and states. What
/// it did not tell is <see cref="Reception.Unknown"/>.
/// </summary>
public struct ConcentratorStatistics
{
    public ConcentratorStatistics()
    {
    }

    /// <summary><c>rxnb</c>: packets received by the radio.</summary>
    public long Received { get; private set; } = Reception.Unknown;

    /// <summary><c>rxok</c>: of these, with a right CRC.</summary>
    public long ReceivedGood { get; private set; } = Reception.Unknown;

    /// <summary><c>rxfw</c>: forwarded.</summary>
    public long Forwarded { get; private set; } = Reception.Unknown;

    /// <summary><c>ackr</c>: of its datagrams, those acknowledged, permille.</summary>
    public long AcknowledgedPermille { get; private set; } = Reception.Unknown;

    /// <summary><c>dwnb</c>: downlinks received from here.</summary>
    public long Downlinks { get; private set; } = Reception.Unknown;

    /// <summary><c>txnb</c>: packets sent by the radio.</summary>
    public long Sent { get; private set; } = Reception.Unknown;

    /// <summary><c>temp</c>: tenths of a degree Celsius.</summary>
    public long TemperatureDeciC { get; private set; } = Reception.Unknown;

    /// <summary>Reads the object that <paramref name="json"/> stands on, to its end.</summary>
    internal static ConcentratorStatistics Read(ref Utf8JsonReader json)
    {
        var read = new ConcentratorStatistics();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("rxnb"u8))
                read.Received = ReadNumber(ref json, 1);
            else if (json.ValueTextEquals("rxok"u8))
                read.ReceivedGood = ReadNumber(ref json, 1);
            else if (json.ValueTextEquals("rxfw"u8))
                read.Forwarded = ReadNumber(ref json, 1);
            else if (json.ValueTextEquals("ackr"u8))
                read.AcknowledgedPermille = ReadNumber(ref json, 10);
            else if (json.ValueTextEquals("dwnb"u8))
                read.Downlinks = ReadNumber(ref json, 1);
            else if (json.ValueTextEquals("txnb"u8))
                read.Sent = ReadNumber(ref json, 1);
            else if (json.ValueTextEquals("temp"u8))
                read.TemperatureDeciC = ReadNumber(ref json, 10, isSigned: true);
            else
                ReadNumber(ref json, 1);
        }

        return read;
    }

    // A count beyond 32 bits is nonsense, and would spoil the sum.
    private static long ReadNumber(ref Utf8JsonReader json, int scale, bool isSigned = false)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.Number)
        {
            json.Skip();
            return Reception.Unknown;
        }

        var lowest = isSigned ? int.MinValue + 1.0 : 0;
        return json.TryGetDouble(out var value) && value * scale >= lowest && value * scale <= uint.MaxValue
            ? (long)Math.Round(value * scale)
            : Reception.Unknown;
    }
}
