using BoatTelemetry.Facade.Wires;

namespace System.Net.NetworkInformation;

public enum NetworkInterfaceType
{
    Unknown = 1,
    Ethernet = 6,
    Wireless80211 = 71,
    WirelessAP = 72,
}

public class NetworkInterface
{
    // TEST-NET-1 (RFC 5737): that there is an address is all that the unit asks.
    private const string Address = "192.0.2.1";
    private const string None = "0.0.0.0";

    private NetworkInterface(IWifiAir air)
    {
        IPv4Address = air.HasAddress ? Address : None;
    }

    public NetworkInterfaceType NetworkInterfaceType => NetworkInterfaceType.Wireless80211;

    public string IPv4Address { get; }

    public static NetworkInterface[] GetAllNetworkInterfaces() =>
        BoardWires.Current.Find<IWifiAir>(IWifiAir.Place) is { } air ? [new NetworkInterface(air)] : [];
}
