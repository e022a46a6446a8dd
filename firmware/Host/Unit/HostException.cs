namespace BoatTelemetry.Host.Unit;

/// <summary>The unit cannot run; the message says why and what to do, and is all that the user sees.</summary>
public sealed class HostException : Exception
{
    public HostException()
    {
    }

    public HostException(string message)
        : base(message)
    {
    }

    public HostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
