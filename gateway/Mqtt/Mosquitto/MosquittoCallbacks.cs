using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static BoatTelemetry.Mqtt.Mosquitto.LibMosquitto;

namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>
/// The library's callbacks, all called on the link's own thread inside mosquitto_loop. An exception must not cross the C
/// frames, so each hands what it caught to the link, which ends.
/// </summary>
internal static unsafe class MosquittoCallbacks
{
    public static void Set(nint mosq)
    {
        mosquitto_connect_v5_callback_set(mosq, &OnConnect);
        mosquitto_disconnect_v5_callback_set(mosq, &OnDisconnect);
        mosquitto_publish_v5_callback_set(mosq, &OnPublish);
        mosquitto_message_v5_callback_set(mosq, &OnMessage);
        mosquitto_subscribe_v5_callback_set(mosq, &OnSubscribe);
    }

    private static MosquittoLink LinkOf(nint userData) => (MosquittoLink)GCHandle.FromIntPtr(userData).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosq, nint userData, int reasonCode, int flags, nint properties)
    {
        var link = LinkOf(userData);
        try
        {
            link.Connected(
                reasonCode,
                sessionPresent: (flags & 1) != 0,
                MosquittoProperties.ReadUInt16(properties, MqttProperty.ReceiveMaximum),
                MosquittoProperties.ReadUInt32(properties, MqttProperty.MaximumPacketSize),
                MosquittoProperties.ReadString(properties, MqttProperty.ReasonString));
        }
        catch (Exception exception)
        {
            link.CallbackFailed(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosq, nint userData, int reason, nint properties)
    {
        var link = LinkOf(userData);
        try
        {
            link.ConnectionEnded(reason);
        }
        catch (Exception exception)
        {
            link.CallbackFailed(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosq, nint userData, int messageId, int reasonCode, nint properties)
    {
        var link = LinkOf(userData);
        try
        {
            link.Published(messageId, reasonCode, MosquittoProperties.ReadString(properties, MqttProperty.ReasonString));
        }
        catch (Exception exception)
        {
            link.CallbackFailed(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosq, nint userData, MosquittoMessage* message, nint properties)
    {
        var link = LinkOf(userData);
        try
        {
            link.OnMessage?.Invoke(new MqttMessage
            {
                Topic = Marshal.PtrToStringUTF8((nint)message->Topic) ?? "",
                Payload = new ReadOnlySpan<byte>(message->Payload, message->PayloadLength).ToArray(),
                Qos = (MqttQos)message->Qos,
                Retain = message->Retain != 0,
                ContentType = MosquittoProperties.ReadString(properties, MqttProperty.ContentType),
                ExpirySeconds = MosquittoProperties.ReadUInt32(properties, MqttProperty.MessageExpiryInterval),
                ResponseTopic = MosquittoProperties.ReadString(properties, MqttProperty.ResponseTopic),
                CorrelationData = MosquittoProperties.ReadBinary(properties, MqttProperty.CorrelationData),
                UserProperties = MosquittoProperties.ReadUserProperties(properties),
            });
        }
        catch (Exception exception)
        {
            link.CallbackFailed(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosq, nint userData, int messageId, int count, int* reasonCodes, nint properties)
    {
        var link = LinkOf(userData);
        try
        {
            // One filter goes out in each SUBSCRIBE.
            link.Subscribed(
                messageId,
                count > 0 ? reasonCodes[0] : 0x80,
                MosquittoProperties.ReadString(properties, MqttProperty.ReasonString));
        }
        catch (Exception exception)
        {
            link.CallbackFailed(exception);
        }
    }
}
