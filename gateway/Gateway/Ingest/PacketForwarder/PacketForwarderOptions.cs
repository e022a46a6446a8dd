using System.Net;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>The section <c>ingest.packetForwarder</c> of the configuration.</summary>
public sealed record PacketForwarderOptions
{
    /// <summary>Where it listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Whether concentrators are taken that the fleet file does not name.</summary>
    public bool TakesUnregistered { get; init; } = true;

    /// <summary>Named limit: datagrams a second from one address, and as many at once.</summary>
    public int DatagramsPerS { get; init; } = 20_000;

    /// <summary>A concentrator that has not asked for downlinks for so long, s, is not sent any, and may be reached elsewhere.</summary>
    public int DownlinkFreshS { get; init; } = 60;

    /// <summary>
    /// Reads the section; null if it is absent. Its errors go to the file's, and the listening address is then not to be used.
    /// </summary>
    public static PacketForwarderOptions? Read(ConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var listen = section.IsPresent ? section.Listen("listen") : null;
        if (!section.IsPresent)
            section.OptionalText("listen", "", static _ => true);
        var unregistered = section.Text("unregistered", "allow or refuse", static text => text is "allow" or "refuse", "allow");
        var options = new PacketForwarderOptions
        {
            Listen = listen ?? new IPEndPoint(IPAddress.None, 0),
            TakesUnregistered = unregistered == "allow",
            DatagramsPerS = section.Number("datagramsPerS", 1, 1_000_000, 20_000),
            DownlinkFreshS = section.Number("downlinkFreshS", 10, 600, 60),
        };
        section.Finish();
        return section.IsPresent ? options : null;
    }
}
