using System.Net;

namespace BoatTelemetry.Mqtt;

/// <summary>Under which host something that listens is reached from its own machine.</summary>
public static class ReachableHost
{
    /// <summary>The address it listens on, or the loopback interface's if it listens on every one.</summary>
    public static string Of(IPAddress listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        if (listen.Equals(IPAddress.Any))
            return IPAddress.Loopback.ToString();
        return (listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listen).ToString();
    }
}
