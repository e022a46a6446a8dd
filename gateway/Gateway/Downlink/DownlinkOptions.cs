using BoatTelemetry.Core.Links;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>How the gateway answers: the section <c>downlink</c> of the configuration.</summary>
public sealed record DownlinkOptions
{
    /// <summary>The default of the key <c>file</c>.</summary>
    public const string FileDefault = "state/downlink.db";

    private static readonly string[] _regions = ["AS923-1", "AS923-2", "AS923-3", "AS923-4", "EU868", "US915", Regions.ReceiveOnly];

    /// <summary>Full path of the store.</summary>
    public required string File { get; init; }

    /// <summary>Whose law the concentrators obey; the boats are provisioned with the same one.</summary>
    public string Region { get; init; } = Regions.Default;

    /// <summary>Antenna gain less cable loss of the concentrators, dB; 0 where their forwarders subtract it themselves.</summary>
    public int AntennaGainDb { get; init; } = 3;

    /// <summary>Wanted power, dBm; the region and the antenna may allow less.</summary>
    public int PowerDbm { get; init; } = 14;

    /// <summary>How long further receptions of a frame are waited for before the best concentrator is chosen, ms.</summary>
    public int GatherMs { get; init; } = 200;

    /// <summary>How long an answer through a network waits for further frames to acknowledge, ms.</summary>
    public int NetworkGatherMs { get; init; } = 500;

    /// <summary>Which of up to eight gateways with the same fleet this is; null: the only one.</summary>
    public int? GatewayIndex { get; init; }

    /// <summary>Named limit: commands that wait, or whose end nobody has taken note of.</summary>
    public int CommandsMax { get; init; } = 10_000;

    /// <summary>Named limit: commands that wait for one unit.</summary>
    public int CommandsPerUnitMax { get; init; } = 16;

    /// <summary>Reads the section; its errors go to the file's.</summary>
    public static DownlinkOptions Read(ConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var options = new DownlinkOptions
        {
            File = section.FilePath("file", FileDefault)!,
            Region = section.Text("region", "one of " + string.Join(", ", _regions), text => _regions.Contains(text), Regions.Default),
            AntennaGainDb = section.Number("antennaGainDb", 0, 30, 3),
            PowerDbm = section.Number("powerDbm", 0, 30, 14),
            GatherMs = section.Number("gatherMs", 10, 800, 200),
            NetworkGatherMs = section.Number("networkGatherMs", 10, 60_000, 500),
            GatewayIndex = section.OptionalNumber("gatewayIndex", 0, Core.Security.DownlinkReservation.GatewaysMax - 1),
            CommandsMax = section.Number("commandsMax", 1, 1_000_000, 10_000),
            CommandsPerUnitMax = section.Number("commandsPerUnitMax", 1, 1000, 16),
        };
        section.Finish();
        return options;
    }
}
