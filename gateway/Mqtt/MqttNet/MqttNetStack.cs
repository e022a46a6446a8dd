namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>MQTTnet, the managed client and server.</summary>
internal sealed class MqttNetStack : IMqttStack
{
    public string Name => "MQTTnet";

    public IMqttLink CreateLink() => new MqttNetLink();

    public IMqttBroker CreateBroker() => new MqttNetBroker();
}
