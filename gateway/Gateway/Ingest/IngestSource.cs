namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Where frames come in together and share a part of the queue: a concentrator, a server, a device. Made once, known by reference.
/// </summary>
/// <param name="name">For logs and captures, such as "packet-forwarder aa555a0000000000".</param>
public sealed class IngestSource(string name)
{
    /// <summary>What stands for it in logs and captures.</summary>
    public string Name { get; } = name;
}
