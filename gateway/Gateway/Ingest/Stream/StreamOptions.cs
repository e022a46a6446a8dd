using System.Globalization;
using System.Net;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>A stream of frames: exactly one of <see cref="Listen"/>, <see cref="ConnectHost"/> and <see cref="Device"/> is set.</summary>
public sealed record StreamOptions
{
    public required string Name { get; init; }

    /// <summary>Where others connect to.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Whom to connect to: ser2net, or another server.</summary>
    public string? ConnectHost { get; init; }

    public int ConnectPort { get; init; }

    /// <summary>A serial device.</summary>
    public string? Device { get; init; }

    /// <summary>Bits a second of the serial device.</summary>
    public int BaudRate { get; init; }

    /// <summary>Reads an object of <c>ingest.streams</c>.</summary>
    public static StreamOptions Read(ConfigurationSection stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var connect = stream.OptionalText("connect", "HOST:PORT", static text => TryParseHost(text, out _, out _));
        var isHost = TryParseHost(connect ?? "", out var host, out var port);
        var device = stream.OptionalText("device", "a serial device, such as /dev/ttyUSB0", static text => text.Length > 0);
        var options = new StreamOptions
        {
            Name = stream.Text("name", "1 to 64 letters, digits, '.', '_' and '-'", GatewayConfigurationFile.IsTopicLevel),
            Listen = stream.Has("listen") ? stream.Listen("listen") : null,
            ConnectHost = isHost ? host : null,
            ConnectPort = port,
            Device = device,
            BaudRate = stream.Number("baudRate", 300, 4_000_000, 115_200),
        };
        if (!stream.Has("listen"))
            stream.OptionalText("listen", "", static _ => true);
        string[] ways = ["listen", "connect", "device"];
        if (ways.Count(stream.Has) != 1)
            stream.Wrong("listen", "is not the only way, or there is none", "one of listen, connect and device");
        if (device is not null && !OperatingSystem.IsLinux())
            stream.Wrong("device", "stands on a system that is not Linux", "listen or connect, with ser2net or the like on the device");
        stream.Finish();
        return options;
    }

    private static bool TryParseHost(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        port = 0;
        return host.Length > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= 65_535;
    }
}
