namespace BoatTelemetry.Mqtt;

/// <summary>An MQTT library. Code outside this project uses <see cref="MqttStack"/> and knows no library.</summary>
public interface IMqttStack
{
    /// <summary>"MQTTnet" or "libmosquitto".</summary>
    string Name { get; }

    /// <summary>A link that is not connected yet.</summary>
    IMqttLink CreateLink();

    /// <summary>A broker for a demonstration or a small installation, not started yet.</summary>
    IMqttBroker CreateBroker();
}
