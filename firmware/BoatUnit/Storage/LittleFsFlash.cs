using System;
using System.IO;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Storage;

/// <summary>
/// An area of flash kept in a file system: one file for each erase block. A file that is missing, or short, is erased
/// from there on. An area is a folder and a name; areas share a folder without meeting.
/// </summary>
/// <remarks>
/// <para>On littlefs, closing a file commits it whole, and FileStream.Flush does not (nanoFramework 1.17; esp_littlefs
/// issue 48). So each program opens, writes and closes, and is durable or as if it had never been; so is each erase,
/// which is the file's removal. <see cref="Sync"/> has nothing left to do.</para>
/// <para>Append only. littlefs never programs over what it has programmed: writing into the middle of a file copies all
/// that stands behind that place, and appending copies the file's last incomplete block (littlefs DESIGN.md, "CTZ
/// skip-lists"). A program at or behind the file's end costs that one copy; one before it costs up to the whole file,
/// and is supported only because the interface allows it.</para>
/// <para>A flash that tells bad blocks from good ones lies below littlefs, so a failure here is the file system's: full,
/// or broken.</para>
/// </remarks>
public sealed class LittleFsFlash : IFlash
{
    /// <summary>Where nanoFramework mounts the internal littlefs partition.</summary>
    public const string InternalDrive = "I:\\";

    private const int LengthUnknown = -1;
    private const byte Erased = 0xFF;

    private readonly string[] _paths;

    // Bytes of each file, so that reading what is erased opens none.
    private readonly int[] _lengths;

    // All ones; what a gap is filled with.
    private readonly byte[] _erased = new byte[32];

    // What stands where something is programmed a second time: burning a record, mostly.
    private readonly byte[] _there = new byte[32];

    /// <param name="folder">The folder; made if it is not there.</param>
    /// <param name="area">What the area's files begin with.</param>
    /// <param name="eraseBlockBytes">Bytes of an erase block.</param>
    /// <param name="blockCount">Erase blocks.</param>
    public LittleFsFlash(string folder, string area, int eraseBlockBytes, int blockCount)
    {
        if (eraseBlockBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(eraseBlockBytes));
        }

        if (blockCount < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(blockCount));
        }

        EraseBlockBytes = eraseBlockBytes;
        BlockCount = blockCount;
        _paths = new string[blockCount];
        _lengths = new int[blockCount];
        for (int i = 0; i < blockCount; i++)
        {
            _paths[i] = Path.Combine(folder, area + i.ToString());
            _lengths[i] = LengthUnknown;
        }

        for (int i = 0; i < _erased.Length; i++)
        {
            _erased[i] = Erased;
        }

        MakeFolder(folder);
    }

    /// <inheritdoc/>
    public int ProgramBytes => 1;

    /// <inheritdoc/>
    public int EraseBlockBytes { get; }

    /// <inheritdoc/>
    public int BlockCount { get; }

    /// <summary>Files opened since the start: what an operation costs before its first byte.</summary>
    public int Opens { get; private set; }

    /// <summary>Operations that the file system refused since the start.</summary>
    public int Failures { get; private set; }

    /// <inheritdoc/>
    public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        CheckRange(block, offset, length);
        try
        {
            for (int i = 0; i < length; i++)
            {
                buffer[bufferOffset + i] = Erased;
            }

            if (IsErasedFrom(block, offset) || ReadFile(block, offset, buffer, bufferOffset, length))
            {
                return FlashResult.Done;
            }
        }
        catch (IOException)
        {
            _lengths[block] = LengthUnknown;
        }

        Failures++;
        return FlashResult.ReadFailed;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A bit that is zero would have to become one.</exception>
    public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        CheckRange(block, offset, length);
        try
        {
            CheckBits(block, offset, buffer, bufferOffset, length);
            int end = LengthOf(block);
            WriteFile(block, end, offset, buffer, bufferOffset, length);
            _lengths[block] = end > offset + length ? end : offset + length;
            return FlashResult.Done;
        }
        catch (IOException)
        {
            _lengths[block] = LengthUnknown;
            Failures++;
            return FlashResult.ProgramFailed;
        }
    }

    /// <inheritdoc/>
    public FlashResult EraseBlock(int block)
    {
        CheckRange(block, 0, 0);
        try
        {
            _lengths[block] = LengthUnknown;
            if (File.Exists(_paths[block]))
            {
                File.Delete(_paths[block]);
            }

            _lengths[block] = 0;
            return FlashResult.Done;
        }
        catch (IOException)
        {
            Failures++;
            return FlashResult.EraseFailed;
        }
    }

    /// <inheritdoc/>
    public FlashResult Sync()
    {
        return FlashResult.Done;
    }

    private void MakeFolder(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (IOException)
        {
            // Told by each operation that follows.
            Failures++;
        }
    }

    private int LengthOf(int block)
    {
        if (_lengths[block] != LengthUnknown)
        {
            return _lengths[block];
        }

        int length = 0;
        if (File.Exists(_paths[block]))
        {
            Opens++;
            FileStream file = new FileStream(_paths[block], FileMode.Open, FileAccess.Read);
            try
            {
                length = (int)file.Length;
            }
            finally
            {
                file.Close();
            }
        }

        _lengths[block] = length;
        return length;
    }

    // Without opening what is not there, or is known to be shorter.
    private bool IsErasedFrom(int block, int offset)
    {
        if (_lengths[block] == LengthUnknown && !File.Exists(_paths[block]))
        {
            _lengths[block] = 0;
        }

        return _lengths[block] != LengthUnknown && _lengths[block] <= offset;
    }

    // Of the range what the file has; and its length, which is known from then on.
    private bool ReadFile(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        Opens++;
        FileStream file = new FileStream(_paths[block], FileMode.Open, FileAccess.Read);
        try
        {
            _lengths[block] = (int)file.Length;
            int there = _lengths[block] - offset;
            there = there < 0 ? 0 : there > length ? length : there;
            file.Seek(there == 0 ? 0 : offset, SeekOrigin.Begin);
            int done = 0;
            while (done < there)
            {
                int read = file.Read(buffer, bufferOffset + done, there - done);
                if (read <= 0)
                {
                    // Shorter than it was.
                    _lengths[block] = LengthUnknown;
                    return false;
                }

                done += read;
            }

            return true;
        }
        finally
        {
            file.Close();
        }
    }

    private void WriteFile(int block, int end, int offset, byte[] buffer, int bufferOffset, int length)
    {
        Opens++;
        FileStream file = new FileStream(_paths[block], FileMode.OpenOrCreate, FileAccess.ReadWrite);
        try
        {
            int at = end < offset ? end : offset;
            file.Seek(at, SeekOrigin.Begin);
            while (at < offset)
            {
                int gap = offset - at > _erased.Length ? _erased.Length : offset - at;
                file.Write(_erased, 0, gap);
                at += gap;
            }

            file.Write(buffer, bufferOffset, length);
        }
        finally
        {
            // The commit.
            file.Close();
        }
    }

    private void CheckBits(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        int over = LengthOf(block) - offset;
        if (over <= 0)
        {
            return;
        }

        over = over > length ? length : over;
        for (int done = 0; done < over; done += _there.Length)
        {
            int part = over - done < _there.Length ? over - done : _there.Length;
            if (!ReadFile(block, offset + done, _there, 0, part))
            {
                throw new IOException();
            }

            for (int i = 0; i < part; i++)
            {
                if ((buffer[bufferOffset + done + i] & ~_there[i]) != 0)
                {
                    throw new InvalidOperationException("Programming cannot set a bit.");
                }
            }
        }
    }

    private void CheckRange(int block, int offset, int length)
    {
        if (block < 0 || block >= BlockCount)
        {
            throw new ArgumentOutOfRangeException(nameof(block));
        }

        if (offset < 0 || length < 0 || length > EraseBlockBytes - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }
    }
}
