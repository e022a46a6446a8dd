using System.Runtime.InteropServices;
using static BoatTelemetry.Mqtt.Mosquitto.LibMosquitto;

namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>A property list for one call of the library, freed at its end unless the library has taken it over.</summary>
internal sealed class MosquittoProperties : IDisposable
{
    private nint _list;

    /// <summary>The properties of a PUBLISH or a will; 0, which is "none", if it has none.</summary>
    public static MosquittoProperties Of(MqttMessage message)
    {
        var properties = new MosquittoProperties();
        try
        {
            properties.Add(message);
            return properties;
        }
        catch
        {
            properties.Dispose();
            throw;
        }
    }

    public static MosquittoProperties OfConnect(MqttLinkOptions options)
    {
        var properties = new MosquittoProperties();
        if (options.Version != MqttVersion.Mqtt5)
            return properties;

        // For the broker: the library itself takes what comes (2.0.11, lib/packet_mosq.c packet__read).
        Check(mosquitto_property_add_int32(ref properties._list, MqttProperty.MaximumPacketSize, MqttLinkOptions.ReceivedPacketBytesMax));
        if (options.SessionExpirySeconds != 0)
            Check(mosquitto_property_add_int32(ref properties._list, MqttProperty.SessionExpiryInterval, options.SessionExpirySeconds));
        return properties;
    }

    public nint List => _list;

    /// <summary>The library frees it from here on.</summary>
    public void HandOver() => _list = 0;

    public void Dispose()
    {
        if (_list != 0)
            mosquitto_property_free_all(ref _list);
    }

    /// <summary>A text property that occurs at most once, or null.</summary>
    public static string? ReadString(nint list, MqttProperty property) =>
        mosquitto_property_read_string(list, property, out var value, skipFirst: false) == 0 ? null : TakeString(value);

    public static uint? ReadUInt32(nint list, MqttProperty property) =>
        mosquitto_property_read_int32(list, property, out var value, skipFirst: false) == 0 ? null : value;

    public static ushort? ReadUInt16(nint list, MqttProperty property) =>
        mosquitto_property_read_int16(list, property, out var value, skipFirst: false) == 0 ? null : value;

    public static byte[] ReadBinary(nint list, MqttProperty property)
    {
        if (mosquitto_property_read_binary(list, property, out var value, out var length, skipFirst: false) == 0)
            return [];
        var bytes = new byte[length];
        Marshal.Copy(value, bytes, 0, length);
        Free(value);
        return bytes;
    }

    public static List<KeyValuePair<string, string>> ReadUserProperties(nint list)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var next = mosquitto_property_read_string_pair(list, MqttProperty.UserProperty, out var name, out var value, skipFirst: false);
        while (next != 0)
        {
            pairs.Add(new(TakeString(name), TakeString(value)));
            next = mosquitto_property_read_string_pair(next, MqttProperty.UserProperty, out name, out value, skipFirst: true);
        }

        return pairs;
    }

    private static void Check(int error)
    {
        if (error != MosquittoError.Success)
            throw new InvalidOperationException($"A property was not taken: {Describe(error)}");
    }

    private static string TakeString(nint text)
    {
        var result = Marshal.PtrToStringUTF8(text) ?? "";
        Free(text);
        return result;
    }

    // The read functions return copies made with the C library's malloc.
    private static unsafe void Free(nint memory) => NativeMemory.Free((void*)memory);

    private void Add(MqttMessage message)
    {
        if (message.ContentType is not null)
            Check(mosquitto_property_add_string(ref _list, MqttProperty.ContentType, message.ContentType));
        if (message.ExpirySeconds is { } seconds)
            Check(mosquitto_property_add_int32(ref _list, MqttProperty.MessageExpiryInterval, seconds));
        if (message.ResponseTopic is not null)
            Check(mosquitto_property_add_string(ref _list, MqttProperty.ResponseTopic, message.ResponseTopic));
        if (!message.CorrelationData.IsEmpty)
        {
            Check(mosquitto_property_add_binary(
                ref _list, MqttProperty.CorrelationData, message.CorrelationData.Span, (ushort)message.CorrelationData.Length));
        }

        foreach (var (name, value) in message.UserProperties)
            Check(mosquitto_property_add_string_pair(ref _list, MqttProperty.UserProperty, name, value));
    }
}
