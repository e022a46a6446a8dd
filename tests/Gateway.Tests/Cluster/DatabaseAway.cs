using BoatTelemetry.Gateway.Cluster;

namespace BoatTelemetry.Gateway.Tests.Cluster;

internal static class DatabaseAway
{
    /// <summary>Whether it went through: false if the database failed.</summary>
    public static async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (ClusterException)
        {
            return false;
        }
    }
}
