using System;

namespace BoatTelemetry.Core.Security;

/// <summary>
/// AES-CCM (RFC 3610) composed from the two operations that the boat unit's native AES has: one CBC call over the
/// formatted blocks gives the CBC-MAC, one ECB call over the counter blocks gives the key stream. Buffers are made
/// once; sealing allocates only what the native calls allocate.
/// </summary>
public sealed class AesCcm : IFrameCipher
{
    /// <summary>The longest text, bytes: a LoRa frame has no more.</summary>
    public const int TextBytesMax = 255;

    /// <summary>The longest associated data, bytes.</summary>
    public const int AssociatedBytesMax = 64;

    private const int Block = 16;

    // B0, the associated data with its two length bytes, the text; each padded to whole blocks.
    private const int MacBytesMax = Block + ((AssociatedBytesMax + 2 + Block - 1) / Block * Block) + 256;

    // A0, then one counter block for each block of text.
    private const int StreamBytesMax = Block + 256;

    private readonly IAesBlocks _aes;
    private readonly byte[] _blocks = new byte[MacBytesMax];
    private readonly byte[] _mac = new byte[MacBytesMax];
    private readonly byte[] _counters = new byte[StreamBytesMax];
    private readonly byte[] _stream = new byte[StreamBytesMax];

    /// <summary>A cipher under the key that <paramref name="aes"/> holds.</summary>
    public AesCcm(IAesBlocks aes)
    {
        if (aes == null)
        {
            throw new ArgumentNullException(nameof(aes));
        }

        _aes = aes;
    }

    /// <inheritdoc/>
    public void Seal(
        byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength)
    {
        CheckLengths(nonce, associated, associatedLength, textLength, tagLength);
        int macEnd = Mac(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength);
        Stream(nonce, textLength);
        for (int i = 0; i < textLength; i++)
        {
            frame[textOffset + i] ^= _stream[Block + i];
        }

        for (int i = 0; i < tagLength; i++)
        {
            frame[textOffset + textLength + i] = (byte)(_mac[macEnd - Block + i] ^ _stream[i]);
        }
    }

    /// <inheritdoc/>
    public bool Open(
        byte[] nonce,
        byte[] associated,
        int associatedLength,
        byte[] frame,
        int textOffset,
        int textLength,
        int tagLength,
        byte[] text)
    {
        CheckLengths(nonce, associated, associatedLength, textLength, tagLength);
        Stream(nonce, textLength);
        for (int i = 0; i < textLength; i++)
        {
            text[i] = (byte)(frame[textOffset + i] ^ _stream[Block + i]);
        }

        int macEnd = Mac(nonce, associated, associatedLength, text, 0, textLength, tagLength);

        // Every byte is compared, so that the time does not tell how many of a forger's were right.
        int difference = 0;
        for (int i = 0; i < tagLength; i++)
        {
            difference |= _mac[macEnd - Block + i] ^ _stream[i] ^ frame[textOffset + textLength + i];
        }

        return difference == 0;
    }

    private static void CheckLengths(byte[] nonce, byte[] associated, int associatedLength, int textLength, int tagLength)
    {
        if (nonce.Length < 7 || nonce.Length > 13)
        {
            throw new ArgumentOutOfRangeException(nameof(nonce));
        }

        if (associatedLength < 0 || associatedLength > AssociatedBytesMax || associatedLength > associated.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(associatedLength));
        }

        if (textLength < 0 || textLength > TextBytesMax)
        {
            throw new ArgumentOutOfRangeException(nameof(textLength));
        }

        if (tagLength < 4 || tagLength > 16 || (tagLength & 1) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(tagLength));
        }
    }

    // RFC 3610 2.2: B0 = flags | nonce | length of the text; then the associated data behind its length; then the text.
    // Returns where the last block ends; the MAC is that block of _mac.
    private int Mac(
        byte[] nonce, byte[] associated, int associatedLength, byte[] text, int textOffset, int textLength, int tagLength)
    {
        int lengthBytes = 15 - nonce.Length;
        int flags = (associatedLength > 0 ? 0x40 : 0) | (((tagLength - 2) / 2) << 3) | (lengthBytes - 1);
        Array.Clear(_blocks, 0, _blocks.Length);
        _blocks[0] = (byte)flags;
        Array.Copy(nonce, 0, _blocks, 1, nonce.Length);
        _blocks[Block - 1] = (byte)textLength;

        int end = Block;
        if (associatedLength > 0)
        {
            // Two bytes hold any length below 65,280; the limit here keeps the first of them zero.
            _blocks[end + 1] = (byte)associatedLength;
            Array.Copy(associated, 0, _blocks, end + 2, associatedLength);
            end = WholeBlocks(end + 2 + associatedLength);
        }

        Array.Copy(text, textOffset, _blocks, end, textLength);
        end = WholeBlocks(end + textLength);
        _aes.EncryptCbc(_blocks, end, _mac);
        return end;
    }

    // RFC 3610 2.3: S_i = E(K, A_i), A_i = flags | nonce | i; S_0 hides the MAC, S_1.. hide the text.
    private void Stream(byte[] nonce, int textLength)
    {
        int end = WholeBlocks(Block + textLength);
        Array.Clear(_counters, 0, end);
        for (int at = 0, i = 0; at < end; at += Block, i++)
        {
            _counters[at] = (byte)(14 - nonce.Length);
            Array.Copy(nonce, 0, _counters, at + 1, nonce.Length);
            _counters[at + Block - 1] = (byte)i;
        }

        _aes.EncryptEcb(_counters, end, _stream);
    }

    private static int WholeBlocks(int length)
    {
        return (length + Block - 1) / Block * Block;
    }
}
