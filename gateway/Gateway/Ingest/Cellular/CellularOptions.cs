using System.Net;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Ingest.Cellular;

/// <summary>The UDP port that cellular units send to.</summary>
public sealed record CellularOptions
{
    /// <summary>The configuration's key of where it listens.</summary>
    public const string ListenKey = "ingest.cellular.listen";

    public required IPEndPoint Listen { get; init; }

    /// <summary>What one source address may send for ever.</summary>
    public required int FramesPerSecondMax { get; init; }

    /// <summary>What one source address may send at once.</summary>
    public required int BurstFramesMax { get; init; }

    /// <summary>Source addresses whose rates are kept apart.</summary>
    public required int AddressesMax { get; init; }

    /// <summary>Reads <c>ingest.cellular</c>; null if it is not there.</summary>
    public static CellularOptions? Read(ConfigurationSection cellular)
    {
        ArgumentNullException.ThrowIfNull(cellular);

        // A section that is not there is asked all the same: so the code says which keys it knows.
        var listen = cellular.IsPresent ? cellular.Listen("listen") : null;
        if (!cellular.IsPresent)
            cellular.OptionalText("listen", "", static _ => true);
        var framesPerSecondMax = cellular.Number("framesPerSecondMax", 1, 100_000, 200);
        var burstFramesMax = cellular.Number("burstFramesMax", 1, 1_000_000, 1000);
        var addressesMax = cellular.Number("addressesMax", 64, 1_000_000, 16_384);
        cellular.Finish();
        return listen is null
            ? null
            : new CellularOptions
            {
                Listen = listen,
                FramesPerSecondMax = framesPerSecondMax,
                BurstFramesMax = burstFramesMax,
                AddressesMax = addressesMax,
            };
    }
}
