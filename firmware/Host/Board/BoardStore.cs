using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Board;

/// <summary>
/// The board's flash of one run of the program: files in a folder that one process holds at a time, or chips that are
/// gone with the process.
/// </summary>
/// <remarks>
/// The files are what the unit writes on littlefs. An end of the process at any instant is a loss of power to them; a loss
/// of power to the PC is not covered, since closing a file there commits nothing.
/// </remarks>
public sealed class BoardStore : IDisposable
{
    private readonly FileStream? _lock;

    private BoardStore(StorageMap map, FileStream? held)
    {
        Map = map;
        _lock = held;
    }

    /// <summary>The areas.</summary>
    public StorageMap Map { get; }

    /// <summary>Blank flash that nothing keeps.</summary>
    public static BoardStore Fresh(BoardDescription board) => new(new BoardFlash(JournalBlocks(board)).Map, null);

    /// <summary>The flash that stands in a folder, which is made if it is not there.</summary>
    /// <exception cref="HostException">The folder cannot be made or held, or is another command's.</exception>
    public static BoardStore InFolder(string folder, BoardDescription board)
    {
        try
        {
            Directory.CreateDirectory(folder);
            if (Directory.EnumerateFiles(folder, "unit-*.live-counter").Any())
            {
                // The same key with other counters would seal two frames with one nonce.
                throw new HostException($"{folder} is the state of replay or simulate. The whole unit needs a folder and a key of its own.");
            }

            var held = new FileStream(Path.Combine(folder, "board.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new BoardStore(StorageMap.InFolder(folder, PartitionBytes(board)), held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The unit's flash in {folder} cannot be held, perhaps because it runs already: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    private static int PartitionBytes(BoardDescription board) =>
        board.Module == BoardModule.Esp32S3 ? StorageMap.LargePartitionBytes : StorageMap.SmallPartitionBytes;

    private static int JournalBlocks(BoardDescription board) =>
        board.Module == BoardModule.Esp32S3 ? StorageMap.LargeJournalBlocks : StorageMap.SmallJournalBlocks;
}
