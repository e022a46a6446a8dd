using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>One Wi-Fi network with a password, in reach or not.</summary>
public sealed class SimulatedWifi : IWifiAir
{
    private volatile bool _isInReach = true;
    private volatile bool _isJoined;
    private int _joins;

    public required string Ssid { get; init; }

    public required string Password { get; init; }

    /// <summary>Whether the board is near enough; going out of reach ends its membership.</summary>
    public bool IsInReach
    {
        get => _isInReach;
        set
        {
            _isInReach = value;
            _isJoined &= value;
        }
    }

    /// <summary>How often it was joined.</summary>
    public int Joins => Volatile.Read(ref _joins);

    /// <inheritdoc/>
    public bool IsJoined => _isJoined;

    /// <inheritdoc/>
    public bool Join(string ssid, string password, CancellationToken cancellation)
    {
        if (!_isInReach || ssid != Ssid || password != Password)
        {
            // The platform waits on, in case the network appears, until its caller has had enough.
            cancellation.WaitHandle.WaitOne();
            return false;
        }

        _isJoined = true;
        Interlocked.Increment(ref _joins);
        return true;
    }

    /// <inheritdoc/>
    public void Leave() => _isJoined = false;
}
