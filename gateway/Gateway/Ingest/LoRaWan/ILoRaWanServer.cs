using BoatTelemetry.Gateway.Ingest.Mqtt;
using BoatTelemetry.Mqtt;

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

    /// <summary>Reads an uplink.</summary>
    LoRaWanRejection Read(ReadOnlySpan<byte> payload, in Reception arrival, ILoRaWanSink sink);

    /// <summary>The device that an uplink's topic names; null if it names none.</summary>
    ILoRaWanDevice? DeviceOf(string uplinkTopic);
}

/// <summary>One device of a network server. Its members may be called from any thread.</summary>
internal interface ILoRaWanDevice
{
    /// <summary>Where its downlinks are published.</summary>
    string DownlinkTopic { get; }

    /// <summary>A downlink with a frame.</summary>
    MqttMessage Downlink(ReadOnlySpan<byte> frame);
}
