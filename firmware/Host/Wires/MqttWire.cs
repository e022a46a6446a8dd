using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Host.Wires;

/// <summary>The simulated board's way to real brokers: the MQTT library that the gateway uses too.</summary>
public sealed class MqttWire : IMqttWire
{
    /// <inheritdoc/>
    public IMqttConnection Create() => new MqttWireConnection(MqttStack.Default.CreateLink());
}
