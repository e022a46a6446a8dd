namespace BoatTelemetry.Gateway.Ingest;

/// <summary>Whether an ingest takes frames in now.</summary>
public interface IIngestState
{
    /// <summary>Its name in the configuration, such as "packetForwarder".</summary>
    string Name { get; }

    /// <summary>Where it listens or what it is connected to; null while it is neither.</summary>
    string? TakesInFrom { get; }
}
