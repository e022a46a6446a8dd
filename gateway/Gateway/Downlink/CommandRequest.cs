using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>What someone ashore asks of a unit.</summary>
/// <param name="Unit">Whom.</param>
/// <param name="Command">
/// What. Copied by <see cref="CommandQueue.Enqueue"/>. Its expiry must be known: nobody waits for ever. Of a change of key
/// only the kind and the expiry count: the key is the unit's next one in the fleet, and stands nowhere else.
/// </param>
/// <param name="ResponseTopic">Where the result is to be told; null if nobody asks for it.</param>
/// <param name="Correlation">What the result is to carry, so that who asked knows it again.</param>
public sealed record CommandRequest(
    int Unit, Command Command, string? ResponseTopic = null, ReadOnlyMemory<byte> Correlation = default);

/// <summary>Why a command was not queued. Each has its counter.</summary>
public enum CommandRefusal
{
    /// <summary>Queued, and durable.</summary>
    None = 0,

    /// <summary>No such unit in the fleet.</summary>
    UnknownUnit,

    /// <summary>No such kind, or a value that the frame cannot tell.</summary>
    BadValue,

    /// <summary>No expiry, one in the past, or one further ahead than <see cref="CommandQueue.ExpiryMaxS"/>.</summary>
    BadExpiry,

    /// <summary>The response topic or the correlation is longer than is kept.</summary>
    TooLong,

    /// <summary>A change of key, and the fleet has no next key for this unit.</summary>
    NoNextKey,

    /// <summary>So many wait for this unit already.</summary>
    UnitQueueFull,

    /// <summary>So many wait in all.</summary>
    QueueFull,

    /// <summary>It could not be made durable.</summary>
    StorageFailed,
}

/// <summary>How a command ended.</summary>
public enum CommandEnd
{
    /// <summary>Not yet.</summary>
    None = 0,

    /// <summary>The unit has carried it out.</summary>
    Done,

    /// <summary>The unit does not know such a command.</summary>
    RefusedNotUnderstood,

    /// <summary>The unit does not take such values.</summary>
    RefusedOutOfRange,

    /// <summary>It had expired when it reached the unit.</summary>
    RefusedExpired,

    /// <summary>The unit could not carry it out.</summary>
    Failed,

    /// <summary>The unit was not heard before it expired.</summary>
    ExpiredUnsent,

    /// <summary>It was sent, and the unit told no result before it expired: it may have been carried out.</summary>
    ExpiredUnanswered,

    /// <summary>The unit has left the fleet.</summary>
    UnitGone,
}

/// <summary>A command that has ended.</summary>
/// <param name="Id">Its number in the queue.</param>
/// <param name="Unit">Whose it was.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="End">What became of it.</param>
/// <param name="ResponseTopic">As it was asked.</param>
/// <param name="Correlation">As it was given.</param>
/// <param name="Sends">How often it went out.</param>
/// <param name="QueuedUtcMs">When it was asked, milliseconds since 1970-01-01.</param>
/// <param name="EndedUtcMs">When it ended, milliseconds since 1970-01-01.</param>
public sealed record EndedCommand(
    long Id,
    int Unit,
    CommandKind Kind,
    CommandEnd End,
    string? ResponseTopic,
    ReadOnlyMemory<byte> Correlation,
    int Sends,
    long QueuedUtcMs,
    long EndedUtcMs);

/// <summary>Is told of each command's end, and tells whoever asked.</summary>
public interface ICommandResults
{
    /// <summary>
    /// Called after the end was made durable, on the thread of the downlinks; returns at once. A command with a response
    /// topic is told again after each start until <see cref="CommandQueue.Told"/>.
    /// </summary>
    void Ended(EndedCommand command);
}
