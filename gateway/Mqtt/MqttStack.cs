using BoatTelemetry.Mqtt.Mosquitto;

namespace BoatTelemetry.Mqtt;

/// <summary>
/// The MQTT library this build uses: the one place that knows. The build's property MqttStack decides (see
/// build/ChooseMqttStack.proj); libmosquitto needs no package and so is always compiled in.
/// </summary>
public static class MqttStack
{
#if MQTTNET
    private static readonly MqttNet.MqttNetStack _mqttNet = new();
#endif
    private static readonly MosquittoStack _mosquitto = new();

    /// <summary>The library that was chosen.</summary>
#if MQTTNET
    public static IMqttStack Default => _mqttNet;
#else
    public static IMqttStack Default => _mosquitto;
#endif

    /// <summary>Every library in this build, the chosen one first.</summary>
#if MQTTNET
    public static IReadOnlyList<IMqttStack> All { get; } = [_mqttNet, _mosquitto];
#else
    public static IReadOnlyList<IMqttStack> All { get; } = [_mosquitto];
#endif
}
