using System.Threading;

namespace BoatTelemetry.Facade.Wires;

/// <summary>The Wi-Fi networks around the board; stands at the place <see cref="Place"/>.</summary>
public interface IWifiAir
{
    /// <summary>Where the facade looks for it.</summary>
    const string Place = "WIFI";

    /// <summary>Whether the board is in a network and has an address.</summary>
    bool IsJoined { get; }

    /// <summary>Joins; false if that was not done when the token was cancelled.</summary>
    bool Join(string ssid, string password, CancellationToken cancellation);

    /// <summary>Leaves the network.</summary>
    void Leave();
}
