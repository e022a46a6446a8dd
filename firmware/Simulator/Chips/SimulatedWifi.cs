using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// One Wi-Fi network with a password, in reach or not, and the station that the platform runs: it keeps trying what it was
/// told last, and joins at its start with what it has stored.
/// </summary>
public sealed class SimulatedWifi : IWifiAir
{
    // How often the board can look before a station that was thrown out is back: a DHCP lease takes its time.
    private const int LooksUntilBack = 3;

    private readonly Lock _gate = new();
    private bool _isInReach = true;
    private (string Ssid, string Password)? _told;
    private int _looksLeft;
    private int _joins;

    public required string Ssid { get; init; }

    public required string Password { get; init; }

    /// <summary>What the platform has in its own flash and joins with at its start; null for nothing.</summary>
    public (string Ssid, string Password)? Stored
    {
        init => _told = value;
    }

    /// <summary>Whether the board is near enough; going out of reach ends its membership.</summary>
    public bool IsInReach
    {
        get
        {
            lock (_gate)
                return _isInReach;
        }

        set
        {
            lock (_gate)
                _isInReach = value;
        }
    }

    /// <summary>How often the board asked to join.</summary>
    public int Joins => Volatile.Read(ref _joins);

    /// <inheritdoc/>
    public bool HasAddress
    {
        get
        {
            lock (_gate)
            {
                if (_looksLeft > 0)
                {
                    _looksLeft--;
                    return false;
                }

                return _isInReach && _told == (Ssid, Password);
            }
        }
    }

    /// <inheritdoc/>
    public void Connect(string ssid, string password)
    {
        Interlocked.Increment(ref _joins);
        lock (_gate)
        {
            _told = (ssid, password);
            _looksLeft = LooksUntilBack;
        }
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        lock (_gate)
            _looksLeft = LooksUntilBack;
    }
}
