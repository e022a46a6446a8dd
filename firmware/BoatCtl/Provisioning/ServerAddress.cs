using System.CommandLine.Parsing;
using System.Globalization;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>A server's address.</summary>
internal sealed record ServerAddress(string Host, int Port)
{
    /// <summary>HOST:PORT of the command line; what is wrong with it is the argument's error.</summary>
    public static ServerAddress? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535)
            return new ServerAddress(text[..colon], port);
        argument.AddError($"{text}: HOST:PORT, for example gateway.example.org:1700.");
        return null;
    }
}
