using System.Device.Wifi;
using System.Threading;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Wifi
{
    public enum WifiReconnectionKind
    {
        Automatic = 0,
        Manual = 1,
    }
}

namespace nanoFramework.Networking
{
    public static class WifiNetworkHelper
    {
        public static NetworkHelperStatus Status =>
            Air is { IsJoined: true } ? NetworkHelperStatus.NetworkIsReady : NetworkHelperStatus.None;

        private static IWifiAir? Air => BoardWires.Current.Find<IWifiAir>(IWifiAir.Place);

        public static bool ConnectDhcp(
            string ssid, string password, WifiReconnectionKind reconnectionKind, bool requiresDateTime, int wifiAdapterId, CancellationToken token) =>
            Air is { } air && air.Join(ssid, password, token);

        public static void Disconnect() => Air?.Leave();
    }
}
