using System.Net;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>A registered concentrator.</summary>
/// <param name="Eui">Its 64-bit identity.</param>
/// <param name="Name">For people.</param>
public sealed record FleetConcentrator(ulong Eui, string Name)
{
    /// <summary>The value of an integer here that nobody told.</summary>
    public const int Unknown = int.MinValue;

    /// <summary>Where its datagrams may come from; empty: anywhere.</summary>
    public IReadOnlyList<IPNetwork> AllowedSources { get; init; } = [];

    /// <summary>Degrees north x 10^5, or <see cref="Unknown"/>.</summary>
    public int LatitudeE5 { get; init; } = Unknown;

    /// <summary>Degrees east x 10^5, or <see cref="Unknown"/>.</summary>
    public int LongitudeE5 { get; init; } = Unknown;

    /// <summary>Gain of its antenna less the loss of its cable, tenths of dBi; 0 where nobody told.</summary>
    public int AntennaGainDecibelE1 { get; init; }

    /// <summary>The rules that its downlinks keep, a name of <see cref="Core.Links.Regions"/>; null: the gateway's own.</summary>
    public string? Region { get; init; }

    /// <summary>Whether its datagrams may come from an address. An IPv4 address is the same if it is written as IPv6.</summary>
    public bool Allows(IPAddress source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (AllowedSources.Count == 0)
            return true;
        var plain = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;
        foreach (var network in AllowedSources)
        {
            if (network.Contains(plain))
                return true;
        }

        return false;
    }
}
