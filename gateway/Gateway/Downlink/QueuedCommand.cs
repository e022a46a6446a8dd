using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>A command that waits for its unit or its result, as the store keeps it. Its queue's lock guards it.</summary>
internal sealed class QueuedCommand
{
    /// <summary>Named limit: counters that a result is recognised by, the newest ones.</summary>
    public const int CountersMax = 32;

    public required long Id { get; init; }

    /// <summary>In a cluster, the index of the other gateway that was asked, keeps it and tells its end; null: this one.</summary>
    public int? OfGateway { get; init; }

    public required int Unit { get; init; }

    public required CommandKind Kind { get; init; }

    /// <summary>The body as it is on air, but for a key, which is never kept here.</summary>
    public required byte[] Body { get; init; }

    public required long ExpiryUtcMs { get; init; }

    public required long QueuedUtcMs { get; init; }

    public string? ResponseTopic { get; init; }

    public byte[] Correlation { get; init; } = [];

    /// <summary>The downlink counters it was sealed under, oldest first.</summary>
    public List<uint> Counters { get; } = [];

    public int Sends { get; set; }

    public CommandEnd End { get; set; }

    public long EndedUtcMs { get; set; }

    /// <summary>Not to be sent again before, by the monotonic clock.</summary>
    public long RestsUntilMs { get; set; } = long.MinValue;

    /// <summary>When it last went out since this start, by the monotonic clock.</summary>
    public long CounterTakenMs { get; set; }

    /// <summary>Whether its newest counter came from this life of the process.</summary>
    public bool HasCounter { get; set; }

    /// <summary>Of a change of key: tells the key that the newest counter was taken for from any other.</summary>
    public ulong KeyPrint { get; set; }

    public EndedCommand ToEnded() =>
        new(Id, Unit, Kind, End, ResponseTopic, Correlation, Sends, QueuedUtcMs, EndedUtcMs);
}
