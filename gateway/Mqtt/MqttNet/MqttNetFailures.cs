using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Exceptions;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>MQTTnet's exceptions as reasons.</summary>
internal static class MqttNetFailures
{
    public static MqttDisconnection OfConnect(Exception exception, MqttLinkOptions options)
    {
        if (Has<AuthenticationException>(exception) || (options.Tls is not null && Has<CryptographicException>(exception)))
            return new(MqttLinkFailure.TlsFailed, null, $"TLS with {options.Host}:{options.Port} failed: {Innermost(exception)}");
        if (Has<MqttProtocolViolationException>(exception))
            return new(MqttLinkFailure.ProtocolError, null, Innermost(exception));
        if (exception.GetBaseException() is SocketException socket && !StoodOnce(socket) && !Has<MqttConnectingFailedException>(exception))
            return new(MqttLinkFailure.NotReached, null, $"{options.Host}:{options.Port} not reached: {Innermost(exception)}");
        return new(MqttLinkFailure.ConnectionLost, null, Innermost(exception));
    }

    public static MqttDisconnection OfLoss(Exception exception)
    {
        if (Has<MqttProtocolViolationException>(exception))
            return new(MqttLinkFailure.ProtocolError, null, Innermost(exception));
        // The only operation that is cancelled by time on an established link is the PINGREQ.
        if (exception is OperationCanceledException or MqttCommunicationTimedOutException)
            return new(MqttLinkFailure.KeepAliveExpired, null, "no answer to PINGREQ");
        return new(MqttLinkFailure.ConnectionLost, null, Innermost(exception));
    }

    public static MqttDisconnection OfBroker(byte reasonCode) =>
        new(MqttLinkFailure.DisconnectedByBroker, reasonCode, $"the broker disconnected: {MqttReasons.Describe(reasonCode)}");

    public static MqttDisconnection OfEnd(MqttClientDisconnectedEventArgs args)
    {
        // MQTTnet gives 0 both for a DISCONNECT with that code and for a connection that was just closed.
        var reason = (int)args.Reason;
        return reason == MqttReasons.Success
            ? new(MqttLinkFailure.ConnectionLost, null, "the other side closed the connection")
            : OfBroker((byte)reason);
    }

    // Only a connection that stood can be reset: in the TLS handshake, or before the CONNACK.
    private static bool StoodOnce(SocketException exception) =>
        exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.NotConnected or SocketError.Shutdown;

    private static bool Has<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T)
                return true;
        }

        return false;
    }

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;
}
