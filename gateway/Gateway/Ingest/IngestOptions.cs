using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Ingest.Capture;
using BoatTelemetry.Gateway.Ingest.Cellular;
using BoatTelemetry.Gateway.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Ingest.UnitMqtt;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>Every ingest beside the packet forwarder's; each is there only if its section is.</summary>
public sealed record IngestOptions
{
    /// <summary>The keys of <c>ingest</c> that frames come from; one must be there.</summary>
    public static IReadOnlyList<string> Sources { get; } =
        ["packetForwarder", "chirpStack", "theThingsStack", "unitMqtt", "cellular", "streams"];

    public IReadOnlyList<ChirpStackOptions> ChirpStack { get; init; } = [];

    public IReadOnlyList<TheThingsStackOptions> TheThingsStack { get; init; } = [];

    public IReadOnlyList<UnitMqttOptions> UnitMqtt { get; init; } = [];

    public CellularOptions? Cellular { get; init; }

    public IReadOnlyList<StreamOptions> Streams { get; init; } = [];

    /// <summary>Records what all of them receive.</summary>
    public CaptureOptions? Capture { get; init; }

    /// <summary>Replaces all of them by what captures hold: a command's, not the configuration file's.</summary>
    public ReplayOptions? Replay { get; init; }

    /// <summary>Reads what stands in <c>ingest</c>.</summary>
    /// <param name="ingest">The section.</param>
    /// <param name="gatewayClientId">The gateway's own name, which default client ids begin with.</param>
    public static IngestOptions Read(ConfigurationSection ingest, string gatewayClientId)
    {
        ArgumentNullException.ThrowIfNull(ingest);
        return new IngestOptions
        {
            ChirpStack = ReadAll(ingest, "chirpStack", server => ChirpStackOptions.Read(server, gatewayClientId), server => server.Connection.Name),
            TheThingsStack = ReadAll(ingest, "theThingsStack", server => TheThingsStackOptions.Read(server, gatewayClientId), server => server.Connection.Name),
            UnitMqtt = ReadAll(ingest, "unitMqtt", server => UnitMqttOptions.Read(server, gatewayClientId), server => server.Connection.Name),
            Cellular = CellularOptions.Read(ingest.Section("cellular")),
            Streams = ReadAll(ingest, "streams", StreamOptions.Read, stream => stream.Name),
            Capture = CaptureOptions.Read(ingest.Section("capture")),
        };
    }

    private static List<T> ReadAll<T>(ConfigurationSection ingest, string key, Func<ConfigurationSection, T> read, Func<T, string> nameOf)
    {
        List<T> all = [];
        foreach (var section in ingest.Sections(key, isOptional: true))
        {
            var one = read(section);
            if (nameOf(one).Length > 0 && all.Exists(other => nameOf(other) == nameOf(one)))
                section.Wrong("name", $"{nameOf(one)} occurs twice", "a name of its own");
            all.Add(one);
        }

        return all;
    }
}
