using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>Takes what a PUSH_DATA holds.</summary>
public interface IPushDataSink
{
    /// <summary>A frame whose CRC was right.</summary>
    void Received(ReadOnlySpan<byte> frame, in Reception reception);

    /// <summary>A reception that is of no use.</summary>
    void Refused(PacketForwarderRejection rejection);

    /// <summary>The concentrator's own statistics (<c>stat</c>).</summary>
    void Statistics(in ConcentratorStatistics statistics);
}

/// <summary>
/// Reads the JSON of a PUSH_DATA token by token, without a document and without allocation. Never throws over what a
/// datagram holds. One object a thread.
/// </summary>
public sealed class PushDataReader
{
    private readonly Rxpk _rxpk = new();
    private readonly byte[] _frame = new byte[Datagram.FrameBytesMax];

    /// <summary>
    /// Tells <paramref name="sink"/> each reception in its order. The result speaks of the JSON as a whole; receptions
    /// that were told before damage are good.
    /// </summary>
    public PacketForwarderRejection Read(ReadOnlySpan<byte> body, in Reception arrival, IPushDataSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        try
        {
            // Some forwarders send the NUL behind their string.
            var json = new Utf8JsonReader(body.TrimEnd((byte)0));
            return ReadObject(ref json, in arrival, sink);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JsonException is all that Utf8JsonReader offers for damage; InvalidOperationException is its word for
            // escaped text that is not Unicode.
            return PacketForwarderRejection.JsonMalformed;
        }
    }

    private PacketForwarderRejection ReadObject(ref Utf8JsonReader json, in Reception arrival, IPushDataSink sink)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return PacketForwarderRejection.JsonShape;
        var rejection = PacketForwarderRejection.None;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var isRxpk = json.ValueTextEquals("rxpk"u8);
            var isStatistics = json.ValueTextEquals("stat"u8);
            json.Read();
            if (isRxpk && !ReadReceptions(ref json, in arrival, sink))
                rejection = PacketForwarderRejection.JsonShape;
            if (isStatistics && json.TokenType == JsonTokenType.StartObject)
                sink.Statistics(ConcentratorStatistics.Read(ref json));
            json.Skip();
        }

        // What follows the object is damage, too: Read throws at it.
        json.Read();
        return rejection;
    }

    private bool ReadReceptions(ref Utf8JsonReader json, in Reception arrival, IPushDataSink sink)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            return false;
        var allObjects = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                ReadReception(ref json, in arrival, sink);
                continue;
            }

            allObjects = false;
            json.Skip();
        }

        return allObjects;
    }

    private void ReadReception(ref Utf8JsonReader json, in Reception arrival, IPushDataSink sink)
    {
        _rxpk.Clear();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            _rxpk.Take(ref json);
        var rejection = _rxpk.Finish(_frame, out var frameLength);
        if (rejection != PacketForwarderRejection.None)
        {
            sink.Refused(rejection);
            return;
        }

        var reception = _rxpk.Reception;
        reception.Concentrator = arrival.Concentrator;
        reception.Link = arrival.Link;
        reception.Source = arrival.Source;
        reception.Path = arrival.Path;
        reception.ReceivedUtcMs = arrival.ReceivedUtcMs;
        reception.ReceivedMonotonicMs = arrival.ReceivedMonotonicMs;
        sink.Received(_frame.AsSpan(0, frameLength), in reception);
    }
}
