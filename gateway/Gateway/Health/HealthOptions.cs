using System.Net;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Health;

/// <summary>The section "health": where the gateway tells how it is.</summary>
public sealed record HealthOptions
{
    /// <summary>The configuration's key of where it listens.</summary>
    public const string ListenKey = "health.listen";

    /// <summary>Null tells nobody.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Reads the section; what is wrong goes to its file's errors.</summary>
    public static HealthOptions Read(ConfigurationSection health)
    {
        ArgumentNullException.ThrowIfNull(health);
        var options = new HealthOptions { Listen = health.IsPresent ? health.Listen("listen") : null };
        if (!health.IsPresent)
            health.OptionalText("listen", "", static _ => true);
        health.Finish();
        return options;
    }
}
