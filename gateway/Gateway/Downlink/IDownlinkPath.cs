using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>A way back to units, as an ingest provides it. All members may be called from any thread.</summary>
public interface IDownlinkPath
{
    /// <summary>For logs: a concentrator, an endpoint, a topic.</summary>
    string Name { get; }

    /// <summary>What it goes over.</summary>
    UplinkLink Link { get; }

    /// <summary>
    /// Sends a sealed frame to a unit and completes when it has gone out, or will not. Never throws for what the network or the other side
    /// does.
    /// </summary>
    /// <param name="frame">The sealed frame; not to be changed until this completes.</param>
    /// <param name="unit">Whose it is.</param>
    /// <param name="answerTo">The reception that opened the unit's receive window: its channel, spreading factor and timing.</param>
    /// <param name="cancellationToken">The gateway stops.</param>
    Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken);
}

/// <summary>What became of a downlink.</summary>
public enum DownlinkOutcome
{
    /// <summary>On the air, or handed to the network.</summary>
    Sent = 0,

    /// <summary>The way is not connected: no PULL_DATA, no broker, no socket.</summary>
    NotConnected,

    /// <summary>The unit's receive window is over, or will be.</summary>
    TooLate,

    /// <summary>The concentrator sends something else at that time.</summary>
    Collision,

    /// <summary>The hour's air time of the sub-band is used up.</summary>
    AirtimeSpent,

    /// <summary>It would be on the air longer than the region allows, or on a channel that it does not allow.</summary>
    NotAllowed,

    /// <summary>The concentrator refused it for another reason.</summary>
    Refused,

    /// <summary>Nobody said what became of it in time.</summary>
    NoAnswer,

    /// <summary>Too many wait for this way.</summary>
    QueueFull,
}
