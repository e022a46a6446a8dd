namespace BoatTelemetry.Gateway.Ingest;

/// <summary>What a configured ingest is, and whether it takes frames in now.</summary>
public interface IIngestState
{
    /// <summary>Its name in the configuration, such as "packetForwarder".</summary>
    string Name { get; }

    /// <summary>Where it listens or what it is connected to; null while it is neither.</summary>
    string? TakesInFrom { get; }

    /// <summary>For the line that tells readiness: what it is and, if it listens, where.</summary>
    string Description { get; }
}
