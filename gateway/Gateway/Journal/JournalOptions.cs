using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>Where the journal is and how much it may keep.</summary>
public sealed record JournalOptions
{
    private const long MibBytes = 1024 * 1024;

    /// <summary>Full path of its file.</summary>
    public required string File { get; init; }

    /// <summary>Delivered frames are deleted so many days after they were received.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>Named limit: bytes of the file that may hold something; <see cref="JournalLimit"/> tells what happens there.</summary>
    public long MaxBytes { get; init; } = 16_384 * MibBytes;

    /// <summary>With less free on the disk, bytes, the file does not grow; 0 looks at no disk.</summary>
    public long DiskFreeMinBytes { get; init; } = 64 * MibBytes;

    /// <summary>Reads the keys that begin with <c>journal</c>, at the top of the file.</summary>
    public static JournalOptions Read(ConfigurationSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return new JournalOptions
        {
            File = root.FilePath("journal", "state/journal.db")!,
            RetentionDays = root.Number("journalRetentionDays", 1, 3650, 30),
            MaxBytes = root.Number("journalMaxMib", 16, 16_777_216, 16_384) * MibBytes,
            DiskFreeMinBytes = root.Number("journalDiskFreeMinMib", 0, 1_048_576, 64) * MibBytes,
        };
    }
}
