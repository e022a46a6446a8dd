using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Host.Board;

/// <summary>
/// The PC's own network in place of a Wi-Fi: whatever name and password the unit has, it is in. Which of them a real
/// network takes is no question for a PC; SimulatedWifi asks it in the tests.
/// </summary>
public sealed class PcNetwork : IWifiAir
{
    private volatile bool _isJoined;

    /// <inheritdoc/>
    public bool HasAddress => _isJoined;

    /// <inheritdoc/>
    public void Connect(string ssid, string password) => _isJoined = true;

    /// <inheritdoc/>
    public void Disconnect() => _isJoined = false;
}
