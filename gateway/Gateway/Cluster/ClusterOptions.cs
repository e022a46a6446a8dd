using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>How this gateway takes part in a cluster: the section <c>cluster</c> of the configuration.</summary>
public sealed record ClusterOptions
{
    /// <summary>Named limit: gateways of a cluster.</summary>
    public const int GatewaysMax = Core.Security.DownlinkReservation.GatewaysMax;

    /// <summary>Npgsql's connection string. A secret: it may hold a password.</summary>
    public required string Connection { get; init; }

    /// <summary>Which gateway this is; unique in the cluster, and the residue of its downlink counters.</summary>
    public required int GatewayIndex { get; init; }

    /// <summary>Into how many parts the units are divided for publishing; the same at every gateway, fixed when the database is laid.</summary>
    public required int Shards { get; init; }

    /// <summary>How long a gateway publishes for a shard after it was last heard of, s.</summary>
    public required int LeaseS { get; init; }

    /// <summary>After how long without the broker a gateway gives its shards up, s.</summary>
    public required int BrokerAwayS { get; init; }

    /// <summary>How many days a delivered frame stays in the database.</summary>
    public required int RetentionDays { get; init; }

    /// <summary>How the others know this gateway, and the broker: its MQTT client id.</summary>
    public string Name { get; init; } = "";

    /// <summary>Null without the section: a gateway that stands alone.</summary>
    public static ClusterOptions? Read(ConfigurationSection cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var options = new ClusterOptions
        {
            Connection = ReadConnection(cluster) ?? "",
            GatewayIndex = cluster.Number("gatewayIndex", 0, GatewaysMax - 1, cluster.IsPresent ? null : 0),
            Shards = cluster.Number("shards", 1, 1024, 12),
            LeaseS = cluster.Number("leaseS", 2, 60, 5),
            BrokerAwayS = cluster.Number("brokerAwayS", 2, 3600, 15),
            RetentionDays = cluster.Number("retentionDays", 1, 3650, 30),
        };
        cluster.Finish();
        return cluster.IsPresent ? options : null;
    }

    private static string? ReadConnection(ConfigurationSection cluster)
    {
        const string Allowed = "connectionFile or connectionVariable, with Npgsql's connection string in it";
        var file = cluster.FilePath("connectionFile");
        var variable = cluster.OptionalText("connectionVariable", "the name of an environment variable", static text => text.Length > 0);
        if (!cluster.IsPresent)
            return null;
        if (cluster.Has("connectionFile") == cluster.Has("connectionVariable"))
        {
            cluster.Wrong("connectionFile", cluster.Has("connectionFile") ? "stands beside connectionVariable" : "is absent", "either " + Allowed);
            return null;
        }

        var key = file is null ? "connectionVariable" : "connectionFile";
        var text = file is null ? Environment.GetEnvironmentVariable(variable ?? "") : ReadFile(cluster, file);
        if (text is not null && ClusterDatabase.IsConnectionString(text.Trim()))
            return text.Trim();
        if (file is null || text is not null)
            cluster.Wrong(key, text is null ? "is not set" : "(not shown)", Allowed);
        return null;
    }

    private static string? ReadFile(ConfigurationSection cluster, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            cluster.Wrong("connectionFile", e.Message.TrimEnd('.'), "a file that can be read");
            return null;
        }
    }

    // A record prints its members; the connection must not end up in a log.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Name).Append(", index ").Append(GatewayIndex);
        return true;
    }
}
