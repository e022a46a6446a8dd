namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>libmosquitto, the C library of the Mosquitto project, through P/Invoke; the broker is its program.</summary>
internal sealed class MosquittoStack : IMqttStack
{
    public string Name => "libmosquitto";

    public IMqttLink CreateLink() => new MosquittoLink();

    public IMqttBroker CreateBroker() => new MosquittoBroker(this);
}
