#pragma warning disable CA1707 // The platform's names.
using System;

namespace nanoFramework.M2Mqtt
{
    public enum MqttProtocolVersion
    {
        Version_3_1 = 3,
        Version_3_1_1 = 4,
        Version_5 = 5,
    }
}

namespace nanoFramework.M2Mqtt.Exceptions
{
    public class MqttConnectionException(string message, Exception innerException) : Exception(message, innerException);

    public class MqttCommunicationException : Exception;
}
