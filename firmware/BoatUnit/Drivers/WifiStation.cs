using System;
using System.Device.Wifi;
using System.Threading;
using nanoFramework.Networking;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>The network under the uplink.</summary>
public interface INetworkJoin
{
    /// <summary>Whether the unit is in the network and has an address.</summary>
    bool IsJoined { get; }

    /// <summary>Joins, unless it has joined already; returns after the timeout at the latest.</summary>
    bool Join(int timeoutMs);

    void Leave();
}

/// <summary>A Wi-Fi network with a password: a harbour's, or that of the boat's own router.</summary>
public sealed class WifiStation : INetworkJoin
{
    private readonly MqttOptions _options;

    public WifiStation(MqttOptions options)
    {
        _options = options;
    }

    /// <inheritdoc/>
    public bool IsJoined => WifiNetworkHelper.Status == NetworkHelperStatus.NetworkIsReady;

    /// <inheritdoc/>
    public bool Join(int timeoutMs)
    {
        if (IsJoined)
        {
            return true;
        }

        CancellationTokenSource source = new CancellationTokenSource(timeoutMs);
        try
        {
            return WifiNetworkHelper.ConnectDhcp(
                _options.Ssid, _options.WifiPassword, WifiReconnectionKind.Automatic, false, 0, source.Token);
        }
        catch (Exception)
        {
            // The helper throws where the adapter does not answer; for its caller that is one more way not to be there.
            return false;
        }
        finally
        {
            source.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Leave()
    {
        WifiNetworkHelper.Disconnect();
    }
}
