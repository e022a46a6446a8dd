using BoatTelemetry.Gateway.Ingest.Mqtt;

namespace BoatTelemetry.Gateway.Ingest.LoRaWan;

/// <summary>What tells one kind of LoRaWAN network server from another. Used by one thread at a time.</summary>
internal interface ILoRaWanServer
{
    /// <summary>For logs and captures, such as "chirpstack".</summary>
    string Kind { get; }

    /// <summary>How it is connected to.</summary>
    MqttServerOptions Connection { get; }

    /// <summary>The topics of all devices' uplinks.</summary>
    string UplinkFilter { get; }

    /// <summary>Reads its uplinks.</summary>
    LoRaWanUplinkReader Reader { get; }

    /// <summary>The device that an uplink's topic names; null if it names none.</summary>
    LoRaWanDevice? DeviceOf(string uplinkTopic);
}
