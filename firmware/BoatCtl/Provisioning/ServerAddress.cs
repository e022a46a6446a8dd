using System.CommandLine.Parsing;
using BoatTelemetry.Host.Commands;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>A server's address.</summary>
internal sealed record ServerAddress(string Host, int Port)
{
    /// <summary>HOST:PORT of the command line; what is wrong with it is the argument's error.</summary>
    public static ServerAddress? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
        if (ArgumentParsers.TryHostAndPort(text, out var host, out var port))
            return new ServerAddress(host, port);
        argument.AddError($"{text}: HOST:PORT, for example gateway.example.org:1700.");
        return null;
    }
}
