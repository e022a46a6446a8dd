using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>The network under the uplink.</summary>
public interface INetworkJoin
{
    /// <summary>Joins, unless it has joined already; returns some 20 s after the timeout at the latest.</summary>
    bool Join(int timeoutMs);

    void Leave();
}

/// <summary>A Wi-Fi network with a password: a harbour's, or that of the boat's own router.</summary>
/// <remarks>
/// Not by the platform's WifiNetworkHelper, for three reasons seen in its source (nanoframework/System.Device.Wifi). It takes
/// an address under the same SSID for its own connection and does not try the password it was given. It stores both in
/// the platform's own flash, and the platform then joins with them at each start, wanted or not. And each of its calls
/// keeps one more adapter for good: a boat out of harbour would run out of memory within days. Here the platform is told
/// the network anew in each run and keeps nothing of it.
/// </remarks>
public sealed class WifiStation : INetworkJoin
{
    private const int PollMs = 100;
    private const int LetGoMs = 5_000;

    private readonly MqttOptions _options;
    private WifiAdapter _adapter;
    private bool _isToldNetwork;

    public WifiStation(MqttOptions options)
    {
        _options = options;
    }

    /// <inheritdoc/>
    public bool Join(int timeoutMs)
    {
        try
        {
            return (_isToldNetwork && HasAddress()) || TryJoin(Environment.TickCount64 + timeoutMs);
        }
        catch (Exception)
        {
            // The platform throws where the adapter does not answer; for the caller that is one more way not to be there.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Leave()
    {
        _isToldNetwork = false;
        if (_adapter != null)
        {
            _adapter.Disconnect();
        }
    }

    private static bool HasAddress()
    {
        NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].NetworkInterfaceType == NetworkInterfaceType.Wireless80211)
            {
                // "0.0.0.0" stands for none.
                string address = all[i].IPv4Address;
                return address != null && address.Length > 0 && address[0] != '0';
            }
        }

        return false;
    }

    private static bool TryAwait(bool hasAddress, long untilMs)
    {
        while (HasAddress() != hasAddress)
        {
            if (Environment.TickCount64 >= untilMs)
            {
                return false;
            }

            Thread.Sleep(PollMs);
        }

        return true;
    }

    private bool TryJoin(long untilMs)
    {
        if (_adapter == null)
        {
            _adapter = WifiAdapter.FindAllAdapters()[0];
        }

        if (!_isToldNetwork)
        {
            // An address of before, from what the platform may have stored once, must be gone: it would say nothing of this password.
            _adapter.Disconnect();
            if (!TryAwait(false, Environment.TickCount64 + LetGoMs))
            {
                return false;
            }
        }

        // Its result is no answer: a disconnection that it makes itself counts as a failure there, and the platform tries on.
        _adapter.Connect(_options.Ssid, WifiReconnectionKind.Automatic, _options.WifiPassword);
        _isToldNetwork = true;
        return TryAwait(true, untilMs);
    }
}
