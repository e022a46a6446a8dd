using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>
/// Reads an uplink of a network server in its JSON form, token by token, without allocation; never throws over what a
/// message holds. A server's own reader knows the names of its fields. One object a thread.
/// </summary>
public abstract class LoRaWanUplinkReader
{
    private protected LoRaWanUplinkReader()
    {
    }

    /// <summary>What has been taken of the message.</summary>
    private protected LoRaWanUplink Uplink { get; } = new();

    /// <summary>Tells <paramref name="sink"/> the frame, once for each gateway that heard it.</summary>
    /// <param name="payload">The message.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="sink">Told.</param>
    public LoRaWanRejection Read(ReadOnlySpan<byte> payload, in Reception arrival, ILoRaWanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Uplink.Clear();
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return LoRaWanRejection.JsonShape;
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                TakeField(ref json);

            // What follows the object is damage, too: Read throws at it.
            json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JsonException is all that Utf8JsonReader offers for damage; InvalidOperationException is its word for
            // escaped text that is not Unicode.
            return LoRaWanRejection.JsonMalformed;
        }

        return Uplink.Deliver(in arrival, sink);
    }

    /// <summary>Takes the field of the message whose name <paramref name="json"/> stands on, with its whole value.</summary>
    private protected abstract void TakeField(ref Utf8JsonReader json);

    /// <summary>Takes what one gateway heard; <paramref name="json"/> stands on the start of the object.</summary>
    private protected abstract Reception TakeReception(ref Utf8JsonReader json);

    /// <summary>Takes the array of what each gateway heard; <paramref name="json"/> stands on its name.</summary>
    private protected void TakeReceptions(ref Utf8JsonReader json)
    {
        if (!JsonFields.IsArray(ref json))
            return;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
                Uplink.Add(TakeReception(ref json));
            else
                json.Skip();
        }
    }
}
