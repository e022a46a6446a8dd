namespace BoatTelemetry.Gateway.Cluster;

/// <summary>Why a gateway cannot take part in a cluster, now or later.</summary>
public enum ClusterFailure
{
    /// <summary>The database does not answer, or refuses; trying again later may succeed.</summary>
    Unavailable = 0,

    /// <summary>Another gateway that runs has this one's index or name.</summary>
    IndexTaken,

    /// <summary>The database was laid by another version, or for another number of shards.</summary>
    SchemaDiffers,
}

/// <summary>The cluster's database failed, or does not let this gateway in.</summary>
public sealed class ClusterException : Exception
{
    public ClusterException()
    {
    }

    public ClusterException(string message)
        : base(message)
    {
    }

    public ClusterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ClusterException(ClusterFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
    }

    public ClusterFailure Failure { get; }
}
