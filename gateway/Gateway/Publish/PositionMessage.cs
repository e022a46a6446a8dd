using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Makes the MQTT message of a live position: docs/mqtt.md and docs/schemas/position.schema.json. What is unknown is
/// left out.
/// </summary>
public sealed class PositionMessage(string topicRoot, int expiryS)
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/position";

    /// <summary>The link that live frames come over.</summary>
    public const string Link = "lora";

    internal const string ContentType = "application/json";
    private const int PayloadBytesTypical = 512;

    private readonly FrameCodec _codec = new();

    /// <summary>The message of a journaled frame of this unit. One thread.</summary>
    public MqttMessage Make(JournalRecord record, FleetUnit unit, OperatingArea area)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(unit);
        var frame = record.Frame;
        var rejection = _codec.ReadBody(frame.Kind, frame.Flags, area, record.Body, 0, record.BodyLength);
        if (rejection != FrameRejection.None)
            throw new ArgumentException($"Number {frame.Id} of the journal does not read: {rejection}.", nameof(record));
        var id = $"{frame.Unit}-live-{frame.Counter}";
        return new MqttMessage
        {
            Topic = $"{topicRoot}/{unit.Agency}/{unit.Unit}/position",
            Payload = Payload(record, _codec.Position, unit, id),
            Qos = MqttQos.AtLeastOnce,
            Retain = true,
            ContentType = ContentType,
            ExpirySeconds = (uint)expiryS,
            UserProperties =
            [
                new("unit", frame.Unit.ToString(CultureInfo.InvariantCulture)),
                new("counter", frame.Counter.ToString(CultureInfo.InvariantCulture)),
                new("link", Link),
                new("schema", Schema),
                new("id", id),
            ],
        };
    }

    private static ReadOnlyMemory<byte> Payload(JournalRecord record, LivePosition position, FleetUnit unit, string id)
    {
        var frame = record.Frame;
        var buffer = new ArrayBufferWriter<byte>(PayloadBytesTypical);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("schema"u8, Schema);
        json.WriteString("id"u8, id);
        json.WriteNumber("unit"u8, frame.Unit);
        json.WriteString("name"u8, unit.Name);
        json.WriteString("agency"u8, unit.Agency);
        json.WriteString("time"u8, Instant(frame.TimeUtcMs, "yyyy-MM-dd'T'HH:mm:ss'Z'"));
        WriteFixed(json, "lat_deg"u8, position.LatitudeE5, 5);
        WriteFixed(json, "lon_deg"u8, position.LongitudeE5, 5);
        if (position.SogDeciknots != Fix.Unknown)
            WriteFixed(json, "sog_kn"u8, position.SogDeciknots, 1);
        if (position.CogDeg != Fix.Unknown)
            json.WriteNumber("cog_deg"u8, position.CogDeg);
        if (QualityWord(position.Quality) is { } quality)
            json.WriteString("quality"u8, quality);
        if (MovementWord(position.Movement) is { } movement)
            json.WriteString("movement"u8, movement);
        json.WriteBoolean("on_battery"u8, position.OnBattery);
        json.WriteBoolean("alarm"u8, position.Alarm);
        json.WriteBoolean("backlog_pending"u8, position.BacklogPending);
        json.WriteNumber("counter"u8, frame.Counter);
        json.WriteString("link"u8, Link);
        json.WriteString("received"u8, Instant(frame.ReceivedUtcMs, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        json.WriteStartArray("receptions"u8);
        foreach (ref readonly var reception in CollectionsMarshal.AsSpan(record.Receptions))
            WriteReception(json, in reception);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteReception(Utf8JsonWriter json, in Reception reception)
    {
        json.WriteStartObject();
        json.WriteString("concentrator"u8, reception.Concentrator.ToString("x16", CultureInfo.InvariantCulture));
        if (reception.RssiDbm != Reception.Unknown)
            json.WriteNumber("rssi_dbm"u8, reception.RssiDbm);
        if (reception.SnrDecibelE1 != Reception.Unknown)
            WriteFixed(json, "snr_db"u8, reception.SnrDecibelE1, 1);
        if (reception.FrequencyHz != Reception.Unknown)
            json.WriteNumber("frequency_hz"u8, reception.FrequencyHz);
        if (reception.SpreadingFactor != Reception.Unknown)
            json.WriteNumber("spreading_factor"u8, reception.SpreadingFactor);
        json.WriteEndObject();
    }

    // Digits of an integer with the point put in: no float comes near a position.
    private static void WriteFixed(Utf8JsonWriter json, ReadOnlySpan<byte> name, int value, int decimals)
    {
        Span<byte> text = stackalloc byte[16];
        var at = text.Length;
        var rest = Math.Abs((long)value);
        for (var digits = 0; digits <= decimals || rest > 0; digits++)
        {
            if (digits == decimals)
                text[--at] = (byte)'.';
            text[--at] = (byte)('0' + (rest % 10));
            rest /= 10;
        }

        if (value < 0)
            text[--at] = (byte)'-';
        json.WritePropertyName(name);
        json.WriteRawValue(text[at..], skipInputValidation: true);
    }

    private static string Instant(long utcMs, string format) =>
        DateTimeOffset.FromUnixTimeMilliseconds(utcMs).ToString(format, CultureInfo.InvariantCulture);

    private static string? QualityWord(FixQuality quality) => quality switch
    {
        FixQuality.Autonomous => "autonomous",
        FixQuality.Corrected => "corrected",
        FixQuality.Estimated => "estimated",
        _ => null,
    };

    private static string? MovementWord(Movement movement) => movement switch
    {
        Movement.Stationary => "stationary",
        Movement.UnderWay => "under_way",
        Movement.Fast => "fast",
        _ => null,
    };
}
