namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>The system's clock, its date and time set ahead; what is measured with it runs as ever.</summary>
internal sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
