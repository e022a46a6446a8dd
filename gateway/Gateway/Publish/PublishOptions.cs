using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>How the MQTT outlet publishes; the keys stand in docs/gateway-config.md.</summary>
public sealed record PublishOptions
{
    /// <summary>What is caught up beside live traffic, frames a second.</summary>
    public required int CatchUpPerS { get; init; }

    /// <summary>Seconds between two messages about one unit's links.</summary>
    public required int LinkIntervalS { get; init; }

    /// <summary>Seconds of what was delivered last that a broker which has forgotten it is told again, at the most.</summary>
    public required int RetellS { get; init; }

    /// <summary>The defaults.</summary>
    public static PublishOptions Default { get; } = new() { CatchUpPerS = 1000, LinkIntervalS = 300, RetellS = 3600 };

    /// <summary>Reads the outlet's keys of the section <c>mqtt</c>.</summary>
    public static PublishOptions Read(ConfigurationSection mqtt)
    {
        ArgumentNullException.ThrowIfNull(mqtt);
        return new PublishOptions
        {
            CatchUpPerS = mqtt.Number("catchUpPerS", 1, 100_000, Default.CatchUpPerS),
            LinkIntervalS = mqtt.Number("linkIntervalS", 10, 86_400, Default.LinkIntervalS),
            RetellS = mqtt.Number("retellS", 0, 604_800, Default.RetellS),
        };
    }
}
