using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>The configuration's part on admission; docs/gateway-config.md describes its keys.</summary>
public sealed record AdmissionOptions
{
    /// <summary>See <see cref="OpeningLimit"/>.</summary>
    public int FramesPerSecondMax { get; init; } = 500;

    /// <summary>A unit's clock that is off by more is flagged.</summary>
    public int ClockSkewMaxS { get; init; } = 30;

    internal static AdmissionOptions Read(ConfigurationSection section)
    {
        var defaults = new AdmissionOptions();
        var options = new AdmissionOptions
        {
            FramesPerSecondMax = section.Number("framesPerSecondMax", 10, 100_000, defaults.FramesPerSecondMax),
            ClockSkewMaxS = section.Number("clockSkewMaxS", 2, 86_400, defaults.ClockSkewMaxS),
        };
        section.Finish();
        return options;
    }
}
