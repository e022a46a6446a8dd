namespace BoatTelemetry.Core.Security;

/// <summary>The two classes of frames; each has counters of its own, and a bit of the nonce keeps them apart.</summary>
public enum FrameClass
{
    /// <summary>Fire and forget, newest wins.</summary>
    Live = 0,

    /// <summary>The record: kept until it is acknowledged.</summary>
    Durable = 1,
}
