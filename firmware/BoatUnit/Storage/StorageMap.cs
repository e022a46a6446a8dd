using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Storage;

// The internal littlefs partition in blocks of 4,096 bytes (nanoFramework's partition tables: 256 KiB of a 4 MB flash,
// 3 MiB of a 16 MB one):
//
//                                            256 KiB   3 MiB
//   partition                                     64     768
//   littlefs's own: superblock, folders            6       6
//   records of 512 bytes or less, see below       11      11
//   both copies of the configuration               2       2
//   free: what littlefs copies to                  6       6
//   both slots of the broker's certificate         2       2
//   the platform's files (Wi-Fi)                   1       3
//   journal                                       36     738
//
// littlefs keeps a file of at most a cache's size (esp_littlefs: 512 bytes) in its folder's metadata instead of in a
// block of its own. The records' 20 files then take 20 x 512 B, and twice that because a folder's metadata stands in
// pairs of blocks that are half full at the most: 11 blocks with room left. These figures follow from littlefs's
// SPEC.md and esp_littlefs's defaults; they have not been measured on a board.

/// <summary>What stands where in the unit's flash: each area is a flash of its own.</summary>
public sealed class StorageMap
{
    /// <summary>Bytes of the small partition, of a board with 4 MB of flash.</summary>
    public const int SmallPartitionBytes = 256 * 1024;

    /// <summary>Bytes of the large partition, of a board with 16 MB of flash.</summary>
    public const int LargePartitionBytes = 3 * 1024 * 1024;

    /// <summary>Of the journal and the configuration: littlefs's own block, so that a full file wastes nothing.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Of the records: what littlefs keeps within its metadata.</summary>
    public const int RecordBlockBytes = 512;

    /// <summary>One for each copy.</summary>
    public const int ConfigBlocks = 2;

    /// <summary>One for each slot.</summary>
    public const int CertificateBlocks = 2;

    /// <summary>Of each record: two lanes of two.</summary>
    public const int RecordBlocks = FlashRecord.BlocksMin;

    /// <summary>Of the journal in the small partition.</summary>
    public const int SmallJournalBlocks = 36;

    /// <summary>Of the journal in the large partition.</summary>
    public const int LargeJournalBlocks = 738;

    private StorageMap()
    {
    }

    /// <summary>The configuration.</summary>
    public IFlash Config { get; private set; }

    /// <summary>Passwords and the like.</summary>
    public IFlash Secrets { get; private set; }

    /// <summary>The certificate of the broker's authority.</summary>
    public IFlash Certificates { get; private set; }

    /// <summary>The unit's keys.</summary>
    public IFlash Keys { get; private set; }

    /// <summary>The frame counters' reservations, of both classes.</summary>
    public IFlash Counters { get; private set; }

    /// <summary>What the supervisor remembers over a reset.</summary>
    public IFlash Supervisor { get; private set; }

    /// <summary>The ledger of time on air.</summary>
    public IFlash Airtime { get; private set; }

    /// <summary>The durable frames.</summary>
    public IFlash Journal { get; private set; }

    /// <summary>The areas as files in a folder of a littlefs partition of this size, bytes.</summary>
    public static StorageMap InFolder(string folder, int partitionBytes)
    {
        int journal = partitionBytes >= LargePartitionBytes ? LargeJournalBlocks : SmallJournalBlocks;
        StorageMap map = new StorageMap();
        map.Config = new LittleFsFlash(folder, "config", BlockBytes, ConfigBlocks);
        map.Secrets = new LittleFsFlash(folder, "secret", RecordBlockBytes, RecordBlocks);
        map.Certificates = new LittleFsFlash(folder, "cert", BlockBytes, CertificateBlocks);
        map.Keys = new LittleFsFlash(folder, "key", RecordBlockBytes, RecordBlocks);
        map.Counters = new LittleFsFlash(folder, "count", RecordBlockBytes, RecordBlocks);
        map.Supervisor = new LittleFsFlash(folder, "super", RecordBlockBytes, RecordBlocks);
        map.Airtime = new LittleFsFlash(folder, "air", RecordBlockBytes, RecordBlocks);
        map.Journal = new LittleFsFlash(folder, "journal", BlockBytes, journal);
        return map;
    }

    /// <summary>The areas as the caller has them, for a board whose flash is another.</summary>
    public static StorageMap Of(
        IFlash config, IFlash secrets, IFlash certificates, IFlash keys, IFlash counters, IFlash supervisor, IFlash airtime, IFlash journal)
    {
        StorageMap map = new StorageMap();
        map.Config = config;
        map.Secrets = secrets;
        map.Certificates = certificates;
        map.Keys = keys;
        map.Counters = counters;
        map.Supervisor = supervisor;
        map.Airtime = airtime;
        map.Journal = journal;
        return map;
    }
}
