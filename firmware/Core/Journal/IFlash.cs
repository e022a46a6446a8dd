namespace BoatTelemetry.Core.Journal;

/// <summary>What became of an operation on the flash.</summary>
public enum FlashResult
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The range could not be read; the buffer's content means nothing. Another try may succeed.</summary>
    ReadFailed,

    /// <summary>The range could not be programmed; what it holds now is unknown.</summary>
    ProgramFailed,

    /// <summary>The block could not be erased; what it holds now is unknown.</summary>
    EraseFailed,

    /// <summary>What was programmed or erased since the last success may not be durable.</summary>
    SyncFailed,
}

/// <summary>
/// NOR flash as littlefs sees it: read, program, erase and sync over erase blocks of one size. An area of the chip is
/// passed in as an object of its own; blocks count from zero in it.
/// </summary>
/// <remarks>
/// <para>Erased bytes read 0xFF. Programming only clears bits; only an erase sets them again, and only for a whole
/// block. Programming a one over a zero is misuse and throws where the implementation can tell.</para>
/// <para>Only what <see cref="Sync"/> has followed is durable; before, it may all be lost and may all be there.</para>
/// <para>When power fails during a program, any subset of the bits that it was to clear may be cleared: a prefix, none,
/// all, or a mixture. When it fails during an erase, the block may hold anything. In both cases cells may be left
/// between their states, so that they read one way now and another after the next start, until the block is erased
/// again or the bit is programmed. Nothing outside the range of the operation changes.</para>
/// </remarks>
public interface IFlash
{
    /// <summary>Offset and length of a program are multiples of this, bytes. ESP32: 4, and 16 with flash encryption.</summary>
    int ProgramBytes { get; }

    /// <summary>Bytes that one erase sets to 0xFF. ESP32: 4,096.</summary>
    int EraseBlockBytes { get; }

    /// <summary>Erase blocks in this area.</summary>
    int BlockCount { get; }

    /// <summary>Reads within one block.</summary>
    FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length);

    /// <summary>Programs within one block.</summary>
    FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length);

    /// <summary>Erases a block.</summary>
    FlashResult EraseBlock(int block);

    /// <summary>Returns when all that was programmed and erased is durable.</summary>
    FlashResult Sync();
}
