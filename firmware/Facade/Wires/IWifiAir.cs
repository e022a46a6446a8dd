namespace BoatTelemetry.Facade.Wires;

/// <summary>The Wi-Fi networks around the board; stands at the place <see cref="Place"/>.</summary>
public interface IWifiAir
{
    /// <summary>Where the facade looks for it.</summary>
    const string Place = "WIFI";

    /// <summary>Whether the board is in a network and has an address.</summary>
    bool HasAddress { get; }

    /// <summary>Begins to join, and goes on trying by itself until it is told otherwise.</summary>
    void Connect(string ssid, string password);

    /// <summary>Leaves the network; what was told last is tried again (ESP-IDF's event "disconnected", as nanoFramework takes it).</summary>
    void Disconnect();
}
