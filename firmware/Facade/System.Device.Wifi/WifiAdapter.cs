using BoatTelemetry.Facade.Wires;

namespace System.Device.Wifi;

public enum WifiReconnectionKind
{
    Automatic = 0,
    Manual = 1,
}

public class WifiConnectionResult
{
    internal WifiConnectionResult()
    {
    }
}

public class WifiAdapter
{
    private readonly IWifiAir _air;

    private WifiAdapter(IWifiAir air)
    {
        _air = air;
    }

    public static WifiAdapter[] FindAllAdapters() =>
        BoardWires.Current.Find<IWifiAir>(IWifiAir.Place) is { } air ? [new WifiAdapter(air)] : [];

    public WifiConnectionResult Connect(string ssid, WifiReconnectionKind reconnectionKind, string passwordCredential)
    {
        _air.Connect(ssid, passwordCredential);
        return new WifiConnectionResult();
    }

    public void Disconnect() => _air.Disconnect();
}
