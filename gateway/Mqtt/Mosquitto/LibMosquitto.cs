using System.Reflection;
using System.Runtime.InteropServices;

namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>
/// The part of mosquitto.h that is used (libmosquitto 2.0.11, the version in Debian 12; the interface is the same in all
/// of 2.x). Names are the header's, so that its documentation can be found.
/// </summary>
internal static unsafe partial class LibMosquitto
{
    private const string Library = "mosquitto";

    // The file's name on Linux, macOS and Windows.
    private static readonly string[] _fileNames = ["libmosquitto.so.1", "libmosquitto.1.dylib", "mosquitto.dll", "libmosquitto"];

    static LibMosquitto()
    {
        NativeLibrary.SetDllImportResolver(typeof(LibMosquitto).Assembly, Resolve);
    }

    [LibraryImport(Library)]
    public static partial int mosquitto_lib_init();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mosquitto_new(string id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint userData);

    [LibraryImport(Library)]
    public static partial void mosquitto_destroy(nint mosq);

    [LibraryImport(Library)]
    public static partial int mosquitto_int_option(nint mosq, MosquittoOption option, int value);

    [LibraryImport(Library)]
    public static partial int mosquitto_threaded_set(nint mosq, [MarshalAs(UnmanagedType.U1)] bool threaded);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_will_set_v5(
        nint mosq, string topic, int payloadLength, ReadOnlySpan<byte> payload, int qos,
        [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_username_pw_set(nint mosq, string? userName, string? password);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_tls_set(
        nint mosq, string? caFile, string? caPath, string? certificateFile, string? keyFile, nint passwordCallback);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_tls_opts_set(nint mosq, int certificateRequirements, string? tlsVersion, string? ciphers);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int mosquitto_connect_bind_v5(
        nint mosq, string host, int port, int keepAliveSeconds, string? bindAddress, nint properties);

    [LibraryImport(Library)]
    public static partial int mosquitto_loop(nint mosq, int timeoutMs, int maxPackets);

    [LibraryImport(Library)]
    public static partial int mosquitto_disconnect_v5(nint mosq, int reasonCode, nint properties);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_publish_v5(
        nint mosq, out int messageId, string topic, int payloadLength, ReadOnlySpan<byte> payload, int qos,
        [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_subscribe_v5(
        nint mosq, out int messageId, string filter, int qos, int options, nint properties);

    [LibraryImport(Library)]
    public static partial nint mosquitto_strerror(int error);

    [LibraryImport(Library)]
    public static partial void mosquitto_connect_v5_callback_set(
        nint mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> onConnect);

    [LibraryImport(Library)]
    public static partial void mosquitto_disconnect_v5_callback_set(
        nint mosq, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> onDisconnect);

    [LibraryImport(Library)]
    public static partial void mosquitto_publish_v5_callback_set(
        nint mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> onPublish);

    [LibraryImport(Library)]
    public static partial void mosquitto_message_v5_callback_set(
        nint mosq, delegate* unmanaged[Cdecl]<nint, nint, MosquittoMessage*, nint, void> onMessage);

    [LibraryImport(Library)]
    public static partial void mosquitto_subscribe_v5_callback_set(
        nint mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> onSubscribe);

    [LibraryImport(Library)]
    public static partial int mosquitto_property_add_int32(ref nint list, MqttProperty identifier, uint value);

    [LibraryImport(Library)]
    public static partial int mosquitto_property_add_binary(
        ref nint list, MqttProperty identifier, ReadOnlySpan<byte> value, ushort length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_property_add_string(ref nint list, MqttProperty identifier, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mosquitto_property_add_string_pair(
        ref nint list, MqttProperty identifier, string name, string value);

    [LibraryImport(Library)]
    public static partial nint mosquitto_property_read_int16(
        nint list, MqttProperty identifier, out ushort value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    public static partial nint mosquitto_property_read_int32(
        nint list, MqttProperty identifier, out uint value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    public static partial nint mosquitto_property_read_binary(
        nint list, MqttProperty identifier, out nint value, out ushort length, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    public static partial nint mosquitto_property_read_string(
        nint list, MqttProperty identifier, out nint value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    public static partial nint mosquitto_property_read_string_pair(
        nint list, MqttProperty identifier, out nint name, out nint value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library)]
    public static partial void mosquitto_property_free_all(ref nint list);

    public static string Describe(int error) =>
        Marshal.PtrToStringUTF8(mosquitto_strerror(error))?.TrimEnd('.') ?? $"libmosquitto error {error}";

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
            return 0;
        foreach (var fileName in _fileNames)
        {
            if (NativeLibrary.TryLoad(fileName, assembly, searchPath, out var handle))
                return handle;
        }

        throw new DllNotFoundException(
            $"libmosquitto is not installed (looked for {string.Join(", ", _fileNames)}): " +
            "Debian and Ubuntu have it as the package libmosquitto1, macOS (Homebrew) and Windows with mosquitto itself.");
    }
}

/// <summary>struct mosquitto_message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MosquittoMessage
{
    public int MessageId;
    public byte* Topic;
    public byte* Payload;
    public int PayloadLength;
    public int Qos;
    public byte Retain;
}

/// <summary>enum mosq_opt_t.</summary>
internal enum MosquittoOption
{
    ProtocolVersion = 1,
    ReceiveMaximum = 4,
    SendMaximum = 5,
    TcpNoDelay = 11,
    TlsUseOsCertificates = 13,
}

/// <summary>enum mqtt5_property of mqtt_protocol.h: MQTT 5 section 2.2.2.2.</summary>
internal enum MqttProperty
{
    MessageExpiryInterval = 2,
    ContentType = 3,
    ResponseTopic = 8,
    CorrelationData = 9,
    SessionExpiryInterval = 17,
    ReasonString = 31,
    ReceiveMaximum = 33,
    UserProperty = 38,
    MaximumPacketSize = 39,
}

/// <summary>enum mosq_err_t, as far as it is told apart here.</summary>
internal static class MosquittoError
{
    public const int Success = 0;
    public const int Protocol = 2;
    public const int Invalid = 3;
    public const int NotConnected = 4;
    public const int ConnectionLost = 7;
    public const int Tls = 8;
    public const int PayloadSize = 9;
    public const int Errno = 14;
    public const int NameResolution = 15;
    public const int KeepAlive = 19;
    public const int MalformedPacket = 21;
    public const int TlsHandshake = 23;
    public const int OversizePacket = 25;
}
