using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Makes the message of a journaled frame: what all of them say, and between it what the kind says. One thread.
/// </summary>
/// <param name="topics">Every unit's topics.</param>
/// <param name="expiryS">When a broker forgets a position of the present.</param>
/// <param name="clocks">Whose clocks are off; null if nobody measures it.</param>
internal sealed class FrameMessages(TopicCache topics, int expiryS, IUnitClockSkew? clocks = null)
{
    private readonly FrameCodec _codec = new();
    private readonly TrackMessage _track = new();

    /// <summary>The message of a frame of this unit, or null if its body does not read.</summary>
    /// <param name="record">The frame.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="area">The operating area.</param>
    /// <param name="isPresent">Whether it is its unit's newest of the kind, as far as anything has been published.</param>
    /// <param name="buffer">Keeps the payload until the publish is over.</param>
    public MqttMessage? Make(JournalRecord record, FleetUnit unit, OperatingArea area, bool isPresent, MessageBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(buffer);
        var frame = record.Frame;
        if (_codec.ReadBody(frame.Kind, frame.Flags, area, record.Body, 0, record.BodyLength) != FrameRejection.None)
            return null;
        var isLive = frame.Class == FrameClass.Live;
        var counter = frame.Counter.ToString(CultureInfo.InvariantCulture);
        var ofUnit = topics.Of(unit);
        var id = string.Concat(ofUnit.UnitText, isLive ? "-live-" : "-rec-", counter);
        var (topic, schema) = Where(ofUnit, frame.Kind, isPresent);
        var link = MessageWords.Of(record.Receptions.Count > 0 ? record.Receptions[0].Link : UplinkLink.Lora);
        if (!TryWrite(record, unit, schema, id, link, buffer.Begin()))
            return null;
        return new MqttMessage
        {
            Topic = topic,
            Payload = buffer.End(),
            Qos = MqttQos.AtLeastOnce,
            Retain = isPresent && (isLive || frame.Kind == FrameKind.Status),
            ContentType = MessageJson.ContentType,
            ExpirySeconds = isPresent && isLive ? (uint)expiryS : null,
            UserProperties =
            [
                new("unit", ofUnit.UnitText), new("counter", counter), new("link", link), new("schema", schema), new("id", id),
            ],
        };
    }

    private static (string Topic, string Schema) Where(UnitTopics topics, FrameKind kind, bool isPresent) => kind switch
    {
        FrameKind.Track or FrameKind.Sketch => (topics.Track, TrackMessage.Schema),
        FrameKind.Event => (topics.Event, EventMessage.Schema),
        FrameKind.Status => (isPresent ? topics.Status : topics.StatusHistory, StatusMessage.Schema),
        _ => (isPresent ? topics.Position : topics.PositionHistory, PositionMessage.Schema),
    };

    private bool TryWrite(JournalRecord record, FleetUnit unit, string schema, string id, string link, Utf8JsonWriter json)
    {
        var frame = record.Frame;
        json.WriteStartObject();
        json.WriteString("schema"u8, schema);
        json.WriteString("id"u8, id);
        json.WriteNumber("unit"u8, frame.Unit);
        json.WriteString("name"u8, unit.Name);
        json.WriteString("agency"u8, unit.Agency);
        json.Second("time"u8, frame.TimeUtcMs);
        if (!TryWriteReport(json, record))
            return false;
        json.WriteNumber("counter"u8, frame.Counter);
        json.WriteString("link"u8, link);
        json.Millisecond("received"u8, frame.ReceivedUtcMs);
        if (frame.Class == FrameClass.Durable && frame.TimeUtcMs != UtcTime.Unknown)
            json.WriteNumber("age_s"u8, (frame.ReceivedUtcMs - frame.TimeUtcMs) / 1000);
        if (clocks is not null && clocks.TryGet(frame.Unit, out var skew) && skew.IsBeyondLimit)
            json.Known("clock_skew_s"u8, skew.SkewMs, 3);
        json.WriteStartArray("receptions"u8);
        foreach (ref readonly var reception in CollectionsMarshal.AsSpan(record.Receptions))
            WriteReception(json, in reception);
        json.WriteEndArray();
        json.WriteEndObject();
        return true;
    }

    // The codec has read the others' bodies by now.
    private bool TryWriteReport(Utf8JsonWriter json, JournalRecord record)
    {
        switch (record.Frame.Kind)
        {
            case FrameKind.Track:
            case FrameKind.Sketch:
                return _track.TryWrite(json, record.Frame.Kind, record.Body, record.BodyLength);
            case FrameKind.Event:
                EventMessage.Write(json, _codec.Event);
                return true;
            case FrameKind.Status:
                StatusMessage.Write(json, _codec.Status);
                return true;
            default:
                PositionMessage.Write(json, _codec.Position);
                return true;
        }
    }

    // What no concentrator heard says what it came over instead.
    private static void WriteReception(Utf8JsonWriter json, in Reception reception)
    {
        json.WriteStartObject();
        if (reception.Concentrator != 0)
        {
            Span<byte> eui = stackalloc byte[16];
            reception.Concentrator.TryFormat(eui, out _, "x16", CultureInfo.InvariantCulture);
            json.WriteString("concentrator"u8, eui);
        }
        else
        {
            json.WriteString("link"u8, MessageWords.Of(reception.Link));
        }

        json.Known("rssi_dbm"u8, reception.RssiDbm);
        json.Known("snr_db"u8, reception.SnrDecibelE1, 1);
        if (reception.FrequencyHz != Reception.Unknown)
            json.WriteNumber("frequency_hz"u8, reception.FrequencyHz);
        json.Known("spreading_factor"u8, reception.SpreadingFactor);
        json.WriteEndObject();
    }
}
