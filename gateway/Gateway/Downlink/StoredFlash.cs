using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// A few erase blocks of "flash" in the downlinks' store, so that Core's records work ashore as they do in a boat. What is
/// programmed or erased is in memory until <see cref="Sync"/>, and then on the disk as a whole. One thread at a time.
/// </summary>
internal sealed class StoredFlash : IFlash
{
    /// <summary>Blocks of one concentrator: what <see cref="FlashRecord"/> needs.</summary>
    public const int Blocks = FlashRecord.BlocksMin;

    private const int BlockBytes = 512;

    private readonly DownlinkStore _store;
    private readonly ulong _concentrator;
    private readonly byte[]?[] _blocks = new byte[]?[Blocks];
    private readonly bool[] _changed = new bool[Blocks];

    public StoredFlash(DownlinkStore store, ulong concentrator)
    {
        _store = store;
        _concentrator = concentrator;
    }

    /// <inheritdoc/>
    public int ProgramBytes => 4;

    /// <inheritdoc/>
    public int EraseBlockBytes => BlockBytes;

    /// <inheritdoc/>
    public int BlockCount => Blocks;

    /// <inheritdoc/>
    public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        if (Load(block) is not { } content)
            return FlashResult.ReadFailed;
        content.AsSpan(offset, length).CopyTo(buffer.AsSpan(bufferOffset));
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        if (Load(block) is not { } content)
            return FlashResult.ProgramFailed;
        for (var i = 0; i < length; i++)
            content[offset + i] &= buffer[bufferOffset + i];
        _changed[block] = true;
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    public FlashResult EraseBlock(int block)
    {
        _blocks[block] = Erased();
        _changed[block] = true;
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    public FlashResult Sync()
    {
        List<(int, byte[])> changed = [];
        for (var i = 0; i < Blocks; i++)
        {
            if (_changed[i])
                changed.Add((i, _blocks[i]!));
        }

        if (changed.Count > 0 && !_store.TrySaveBlocks(_concentrator, changed))
            return FlashResult.SyncFailed;
        Array.Clear(_changed);
        return FlashResult.Done;
    }

    private static byte[] Erased()
    {
        var block = new byte[BlockBytes];
        Array.Fill(block, (byte)0xFF);
        return block;
    }

    private byte[]? Load(int block)
    {
        if (_blocks[block] is { } loaded)
            return loaded;
        return _blocks[block] = _store.TryLoadBlock(_concentrator, block) switch
        {
            null => null,
            { Length: BlockBytes } content => content,
            _ => Erased(),
        };
    }
}
