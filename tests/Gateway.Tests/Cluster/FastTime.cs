namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>What is measured with it seems to take so many times as long as it does.</summary>
internal sealed class FastTime(int times) : TimeProvider
{
    public override long TimestampFrequency => base.TimestampFrequency / times;
}
