namespace BoatTelemetry.Gateway.Ingest;

/// <summary>Is told of everything that an ingest has received, before it is judged.</summary>
public interface ICapture
{
    /// <summary>Copies what it keeps before it returns; never waits. May be called from any ingest's thread.</summary>
    void Received(ReadOnlySpan<byte> frame, in Reception reception);
}
