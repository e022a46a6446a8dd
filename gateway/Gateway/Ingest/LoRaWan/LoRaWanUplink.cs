using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>Told what an uplink of a network server holds.</summary>
public interface ILoRaWanSink
{
    /// <summary>The frame, as one gateway of the network heard it.</summary>
    void Received(ReadOnlySpan<byte> frame, in Reception reception);
}

/// <summary>
/// One uplink as it is read: the keys of JSON have no order, and the frame and the modulation may stand behind the
/// receptions. Filled again for each.
/// </summary>
internal sealed class LoRaWanUplink
{
    /// <summary>Named limit: gateways of one uplink. The journal keeps no more receptions of a frame either.</summary>
    public const int ReceptionsMax = 16;

    /// <summary>
    /// An uplink that the network server took in longer ago than this was kept by the broker meanwhile: then the server's
    /// time is the time of reception. Until then it is the gateway's own clock, which the boats' clocks are measured
    /// against.
    /// </summary>
    public const int LateAfterMs = 60_000;

    private readonly byte[] _frame = new byte[Datagram.FrameBytesMax];
    private readonly Reception[] _receptions = new Reception[ReceptionsMax];
    private int _count;
    private bool _tooMany;

    /// <summary>The payload.</summary>
    public Base64Bytes Data { get; } = new();

    public long FrequencyHz { get; set; }

    public int SpreadingFactor { get; set; }

    public int BandwidthHz { get; set; }

    /// <summary>When the network server took it in, by its clock; unknown if it did not tell.</summary>
    public long ServerUtcMs { get; set; }

    /// <summary>When another part of the server, behind it, took it in: stands in for a <see cref="ServerUtcMs"/> that is unknown.</summary>
    public long ForwardedUtcMs { get; set; }

    /// <summary>Whether an external join server keeps the key.</summary>
    public bool IsEncrypted { get; set; }

    public void Clear()
    {
        Data.Clear();
        _count = 0;
        _tooMany = false;
        FrequencyHz = Reception.Unknown;
        SpreadingFactor = Reception.Unknown;
        BandwidthHz = Reception.Unknown;
        ServerUtcMs = Reception.Unknown;
        ForwardedUtcMs = Reception.Unknown;
        IsEncrypted = false;
    }

    /// <summary>Adds what one gateway heard.</summary>
    public void Add(in Reception reception)
    {
        if (_count < ReceptionsMax)
            _receptions[_count++] = reception;
        else
            _tooMany = true;
    }

    /// <summary>
    /// Takes the object that says how the uplink was sent, by the names that the server has for what is in it;
    /// <paramref name="json"/> stands on its name.
    /// </summary>
    public void TakeTransmission(ref Utf8JsonReader json, ReadOnlySpan<byte> modulationName, ReadOnlySpan<byte> spreadingFactorName)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("frequency"u8))
                FrequencyHz = JsonFields.Scaled(ref json, 1, 10e9);
            else if (json.ValueTextEquals(modulationName))
                TakeModulation(ref json, spreadingFactorName);
            else
                JsonFields.Skip(ref json);
        }
    }

    /// <summary>
    /// Takes the object that stands where the payload's key is not the network server's; <paramref name="json"/> stands on
    /// its name. Other values say that there is none.
    /// </summary>
    public void TakeKey(ref Utf8JsonReader json)
    {
        json.Read();
        IsEncrypted = json.TokenType == JsonTokenType.StartObject;
        json.Skip();
    }

    /// <summary>Tells the sink the frame once for each gateway; without any, once with an unknown one.</summary>
    public LoRaWanRejection Deliver(in Reception arrival, ILoRaWanSink sink)
    {
        if (IsEncrypted)
            return LoRaWanRejection.PayloadEncrypted;
        var outcome = Data.Decode(_frame, out var length);
        if (outcome != Base64Outcome.Decoded)
        {
            return outcome switch
            {
                Base64Outcome.Missing => LoRaWanRejection.DataMissing,
                Base64Outcome.TooLong => LoRaWanRejection.DataTooLong,
                _ => LoRaWanRejection.DataNotBase64,
            };
        }

        if (_count == 0)
            Add(new Reception());
        for (var i = 0; i < _count; i++)
        {
            Complete(ref _receptions[i], in arrival);
            sink.Received(_frame.AsSpan(0, length), in _receptions[i]);
        }

        return _tooMany ? LoRaWanRejection.TooManyReceptions : LoRaWanRejection.None;
    }

    private void TakeModulation(ref Utf8JsonReader json, ReadOnlySpan<byte> spreadingFactorName)
    {
        if (!JsonFields.IsObject(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("lora"u8) && JsonFields.IsObject(ref json))
                TakeLora(ref json, spreadingFactorName);
            else if (json.TokenType == JsonTokenType.PropertyName)
                JsonFields.Skip(ref json);
        }
    }

    private void TakeLora(ref Utf8JsonReader json, ReadOnlySpan<byte> spreadingFactorName)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("bandwidth"u8))
                BandwidthHz = (int)JsonFields.Scaled(ref json, 1, 2_000_000);
            else if (json.ValueTextEquals(spreadingFactorName))
                SpreadingFactor = (int)JsonFields.Scaled(ref json, 1, 12);
            else
                JsonFields.Skip(ref json);
        }

        if (SpreadingFactor is < 5)
            SpreadingFactor = Reception.Unknown;
        if (BandwidthHz is < 1)
            BandwidthHz = Reception.Unknown;
    }

    private void Complete(ref Reception reception, in Reception arrival)
    {
        reception.FrequencyHz = FrequencyHz;
        reception.SpreadingFactor = SpreadingFactor;
        reception.BandwidthHz = BandwidthHz;

        // In Protocol Buffers' JSON a number that is zero is left out; of LoRa each server tells the ratio.
        if (SpreadingFactor != Reception.Unknown && reception.RssiDbm != Reception.Unknown && reception.SnrDecibelE1 == Reception.Unknown)
            reception.SnrDecibelE1 = 0;
        var serverUtcMs = ServerUtcMs == Reception.Unknown ? ForwardedUtcMs : ServerUtcMs;
        var lateMs = serverUtcMs == Reception.Unknown ? 0 : arrival.ReceivedUtcMs - serverUtcMs;
        if (lateMs < LateAfterMs)
            lateMs = 0;
        reception.ReceivedUtcMs = arrival.ReceivedUtcMs - lateMs;
        reception.ReceivedMonotonicMs = arrival.ReceivedMonotonicMs - lateMs;
    }
}
