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
    public bool IsJoined => _isJoined;

    /// <inheritdoc/>
    public bool Join(string ssid, string password, CancellationToken cancellation) => _isJoined = true;

    /// <inheritdoc/>
    public void Leave() => _isJoined = false;
}
