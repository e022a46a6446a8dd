namespace BoatTelemetry.Gateway.Ingest;

/// <summary>What a frame came over.</summary>
public enum UplinkLink
{
    /// <summary>LoRa, heard by a concentrator.</summary>
    Lora = 0,

    /// <summary>A mobile network.</summary>
    Cellular,

    /// <summary>Wi-Fi, to a broker.</summary>
    Wifi,

    /// <summary>A receiver on a serial line or a TCP stream.</summary>
    Serial,
}
