using System.Net;

namespace BoatTelemetry.Gateway;

/// <summary>A configured address cannot be listened on: its port is taken, or it is not this machine's.</summary>
public sealed class ListenException : Exception
{
    public ListenException()
    {
    }

    public ListenException(string message)
        : base(message)
    {
    }

    public ListenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="key">The configuration's key.</param>
    /// <param name="listen">What stands there.</param>
    /// <param name="reason">What the system said.</param>
    public ListenException(string key, IPEndPoint listen, Exception reason)
        : base($"{key}: {listen}: {reason?.Message}", reason)
    {
    }
}
