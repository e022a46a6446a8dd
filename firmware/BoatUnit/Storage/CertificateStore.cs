using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Storage;

// A slot, at the beginning of its erase block; integers most significant byte first:
//
//   byte  0..3     sequence
//         4..5     length n of the certificate
//         6..7     1, the layout
//         8..11    CRC-32 of the certificate
//        12..15    CRC-32 of bytes 0 to 11
//        16..n+15  certificate
//
// Bytes 0 to 15 are programmed last of all: a slot without them is none.

/// <summary>How a piece of a certificate was taken.</summary>
public enum CertificateStep
{
    /// <summary>More is to come.</summary>
    Received = 0,

    /// <summary>It was the last one, and the whole is in flash.</summary>
    Stored,

    /// <summary>It does not follow what has come.</summary>
    OutOfOrder,

    /// <summary>The whole has another CRC than was said: it must come again.</summary>
    WrongCheck,

    /// <summary>The flash did not take it; the one before stays.</summary>
    NotStored,

    /// <summary>The flash did not confirm the last program: which of both counts is known at the next start.</summary>
    InDoubt,
}

/// <summary>
/// The certificate of the authority that vouches for the broker, in one of two slots: a new one comes in pieces into the
/// slot that is not the newest, and counts when all of it was read back. Until then the one before stays.
/// </summary>
/// <remarks>
/// One thread. A loss of power that tears the last program may leave a slot that reads well now and badly later: the one
/// before counts again then, and its CRC shows. A certificate is no secret; who can change it can have the unit talk to a
/// broker of his own.
/// </remarks>
public sealed class CertificateStore
{
    /// <summary>The longest certificate, bytes: an RSA key of 4,096 bits in one with long names takes some 2,000 as DER.</summary>
    public const int BytesMax = 3072;

    /// <summary>All pieces but the last are a multiple of this: what any flash programs at once.</summary>
    public const int AlignBytes = 16;

    private const int HeaderBytes = 16;
    private const int HeaderCheckAt = 12;
    private const int Layout = 1;

    // As the journal's reader: a read that fails once says little of the flash.
    private const int ReadTries = 3;
    private const int None = -1;
    private const byte Erased = 0xFF;

    private readonly IFlash _flash;
    private readonly byte[] _header = new byte[HeaderBytes];
    private readonly uint[] _sequence = new uint[2];
    private int _newest = None;
    private int _incomingBytes;
    private uint _incomingCheck;

    /// <param name="flash">An area of two erase blocks.</param>
    public CertificateStore(IFlash flash)
    {
        if (flash == null)
        {
            throw new ArgumentNullException(nameof(flash));
        }

        if (flash.BlockCount != 2 || flash.EraseBlockBytes < HeaderBytes + BytesMax)
        {
            throw new ArgumentException("Two erase blocks, each for a whole certificate.", nameof(flash));
        }

        _flash = flash;
    }

    /// <summary>Length of the certificate that is kept, bytes; 0 for none.</summary>
    public int Bytes { get; private set; }

    /// <summary>Its CRC-32.</summary>
    public uint Check { get; private set; }

    /// <summary>Bytes that have come of a new one.</summary>
    public int ReceivedBytes { get; private set; }

    /// <summary>The certificate that is kept, a new array; null if there is none.</summary>
    public byte[] Load()
    {
        byte[] first = Look(0);
        byte[] second = Look(1);
        bool isSecond = second != null && (first == null || (int)(_sequence[1] - _sequence[0]) > 0);
        byte[] newest = isSecond ? second : first;
        _newest = newest == null ? None : isSecond ? 1 : 0;
        Bytes = newest == null ? 0 : newest.Length;
        Check = newest == null ? 0 : Crc32.Of(newest, 0, newest.Length);
        return newest;
    }

    /// <summary>Takes a piece of a new certificate. One at offset 0 begins anew.</summary>
    /// <param name="bytes">Length of the whole, 1 to <see cref="BytesMax"/>.</param>
    /// <param name="check">CRC-32 of the whole.</param>
    /// <param name="offset">Where in the whole the piece stands.</param>
    /// <param name="piece">A multiple of <see cref="AlignBytes"/>, or the last of it.</param>
    public CertificateStep Take(int bytes, uint check, int offset, byte[] piece)
    {
        if (bytes < 1 || bytes > BytesMax || piece.Length < 1 || offset < 0 || piece.Length > bytes - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes));
        }

        bool isLast = offset + piece.Length == bytes;
        if (!isLast && piece.Length % AlignBytes != 0)
        {
            throw new ArgumentException("A multiple of AlignBytes, or the last piece.", nameof(piece));
        }

        int slot = _newest == 0 ? 1 : 0;
        if (offset == 0)
        {
            ReceivedBytes = 0;
            _incomingBytes = bytes;
            _incomingCheck = check;
            if (_flash.EraseBlock(slot) != FlashResult.Done)
            {
                return CertificateStep.NotStored;
            }
        }
        else if (offset != ReceivedBytes || bytes != _incomingBytes || check != _incomingCheck)
        {
            return CertificateStep.OutOfOrder;
        }

        if (!TryProgram(slot, HeaderBytes + offset, piece))
        {
            ReceivedBytes = 0;
            return CertificateStep.NotStored;
        }

        ReceivedBytes += piece.Length;
        return isLast ? Finish(slot) : CertificateStep.Received;
    }

    private CertificateStep Finish(int slot)
    {
        ReceivedBytes = 0;
        byte[] whole = new byte[_incomingBytes];
        if (!TryRead(slot, HeaderBytes, whole))
        {
            return CertificateStep.NotStored;
        }

        if (Crc32.Of(whole, 0, whole.Length) != _incomingCheck)
        {
            return CertificateStep.WrongCheck;
        }

        BigEndian.Put(_header, 0, _newest == None ? 1 : _sequence[_newest] + 1);
        BigEndian.Put16(_header, 4, whole.Length);
        BigEndian.Put16(_header, 6, Layout);
        BigEndian.Put(_header, 8, _incomingCheck);
        BigEndian.Put(_header, HeaderCheckAt, Crc32.Of(_header, 0, HeaderCheckAt));
        if (!TryProgram(slot, 0, _header) || Look(slot) == null)
        {
            return CertificateStep.InDoubt;
        }

        _newest = slot;
        Bytes = whole.Length;
        Check = _incomingCheck;
        return CertificateStep.Stored;
    }

    // The certificate of a slot; null if there is none in it that is whole.
    private byte[] Look(int slot)
    {
        if (!TryRead(slot, 0, _header)
            || BigEndian.Get(_header, HeaderCheckAt) != Crc32.Of(_header, 0, HeaderCheckAt)
            || BigEndian.Get16(_header, 6) != Layout)
        {
            return null;
        }

        int bytes = BigEndian.Get16(_header, 4);
        if (bytes < 1 || bytes > BytesMax)
        {
            return null;
        }

        byte[] whole = new byte[bytes];
        if (!TryRead(slot, HeaderBytes, whole)
            || Crc32.Of(whole, 0, bytes) != BigEndian.Get(_header, 8))
        {
            return null;
        }

        _sequence[slot] = BigEndian.Get(_header, 0);
        return whole;
    }

    private bool TryRead(int slot, int offset, byte[] into)
    {
        for (int i = 0; i < ReadTries; i++)
        {
            if (_flash.Read(slot, offset, into, 0, into.Length) == FlashResult.Done)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryProgram(int slot, int offset, byte[] bytes)
    {
        byte[] whole = new byte[(bytes.Length + AlignBytes - 1) / AlignBytes * AlignBytes];
        for (int i = bytes.Length; i < whole.Length; i++)
        {
            whole[i] = Erased;
        }

        Array.Copy(bytes, 0, whole, 0, bytes.Length);
        return _flash.Program(slot, offset, whole, 0, whole.Length) == FlashResult.Done && _flash.Sync() == FlashResult.Done;
    }
}
