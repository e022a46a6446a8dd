using System;

namespace BoatTelemetry.Core.Security;

/// <summary>
/// AES-128 in software, encryption only (FIPS 197), for where the platform has no native one and to check the native one
/// against. One table of 256 bytes: the four tables of 1 KiB that a fast version has would cost a unit more memory than
/// its journal's buffers. Not for a machine that others share: its time depends on the data through the cache.
/// </summary>
public sealed class SoftwareAes : IAesBlocks
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    private const int Block = 16;
    private const int Rounds = 10;

    // FIPS 197, figure 7.
    private static readonly byte[] _sBox =
    {
        0x63, 0x7C, 0x77, 0x7B, 0xF2, 0x6B, 0x6F, 0xC5, 0x30, 0x01, 0x67, 0x2B, 0xFE, 0xD7, 0xAB, 0x76,
        0xCA, 0x82, 0xC9, 0x7D, 0xFA, 0x59, 0x47, 0xF0, 0xAD, 0xD4, 0xA2, 0xAF, 0x9C, 0xA4, 0x72, 0xC0,
        0xB7, 0xFD, 0x93, 0x26, 0x36, 0x3F, 0xF7, 0xCC, 0x34, 0xA5, 0xE5, 0xF1, 0x71, 0xD8, 0x31, 0x15,
        0x04, 0xC7, 0x23, 0xC3, 0x18, 0x96, 0x05, 0x9A, 0x07, 0x12, 0x80, 0xE2, 0xEB, 0x27, 0xB2, 0x75,
        0x09, 0x83, 0x2C, 0x1A, 0x1B, 0x6E, 0x5A, 0xA0, 0x52, 0x3B, 0xD6, 0xB3, 0x29, 0xE3, 0x2F, 0x84,
        0x53, 0xD1, 0x00, 0xED, 0x20, 0xFC, 0xB1, 0x5B, 0x6A, 0xCB, 0xBE, 0x39, 0x4A, 0x4C, 0x58, 0xCF,
        0xD0, 0xEF, 0xAA, 0xFB, 0x43, 0x4D, 0x33, 0x85, 0x45, 0xF9, 0x02, 0x7F, 0x50, 0x3C, 0x9F, 0xA8,
        0x51, 0xA3, 0x40, 0x8F, 0x92, 0x9D, 0x38, 0xF5, 0xBC, 0xB6, 0xDA, 0x21, 0x10, 0xFF, 0xF3, 0xD2,
        0xCD, 0x0C, 0x13, 0xEC, 0x5F, 0x97, 0x44, 0x17, 0xC4, 0xA7, 0x7E, 0x3D, 0x64, 0x5D, 0x19, 0x73,
        0x60, 0x81, 0x4F, 0xDC, 0x22, 0x2A, 0x90, 0x88, 0x46, 0xEE, 0xB8, 0x14, 0xDE, 0x5E, 0x0B, 0xDB,
        0xE0, 0x32, 0x3A, 0x0A, 0x49, 0x06, 0x24, 0x5C, 0xC2, 0xD3, 0xAC, 0x62, 0x91, 0x95, 0xE4, 0x79,
        0xE7, 0xC8, 0x37, 0x6D, 0x8D, 0xD5, 0x4E, 0xA9, 0x6C, 0x56, 0xF4, 0xEA, 0x65, 0x7A, 0xAE, 0x08,
        0xBA, 0x78, 0x25, 0x2E, 0x1C, 0xA6, 0xB4, 0xC6, 0xE8, 0xDD, 0x74, 0x1F, 0x4B, 0xBD, 0x8B, 0x8A,
        0x70, 0x3E, 0xB5, 0x66, 0x48, 0x03, 0xF6, 0x0E, 0x61, 0x35, 0x57, 0xB9, 0x86, 0xC1, 0x1D, 0x9E,
        0xE1, 0xF8, 0x98, 0x11, 0x69, 0xD9, 0x8E, 0x94, 0x9B, 0x1E, 0x87, 0xE9, 0xCE, 0x55, 0x28, 0xDF,
        0x8C, 0xA1, 0x89, 0x0D, 0xBF, 0xE6, 0x42, 0x68, 0x41, 0x99, 0x2D, 0x0F, 0xB0, 0x54, 0xBB, 0x16,
    };

    private readonly byte[] _roundKeys = new byte[Block * (Rounds + 1)];
    private readonly byte[] _state = new byte[Block];
    private readonly byte[] _shifted = new byte[Block];

    /// <exception cref="ArgumentException">The key has not 16 bytes.</exception>
    public SoftwareAes(byte[] key)
    {
        if (key == null || key.Length != KeyBytes)
        {
            throw new ArgumentException("An AES-128 key has 16 bytes.", nameof(key));
        }

        ExpandKey(key);
    }

    /// <inheritdoc/>
    public void EncryptCbc(byte[] input, int length, byte[] output)
    {
        Array.Clear(_state, 0, Block);
        for (int at = 0; at < length; at += Block)
        {
            for (int i = 0; i < Block; i++)
            {
                _state[i] ^= input[at + i];
            }

            EncryptState();
            Array.Copy(_state, 0, output, at, Block);
        }
    }

    /// <inheritdoc/>
    public void EncryptEcb(byte[] input, int length, byte[] output)
    {
        for (int at = 0; at < length; at += Block)
        {
            Array.Copy(input, at, _state, 0, Block);
            EncryptState();
            Array.Copy(_state, 0, output, at, Block);
        }
    }

    // FIPS 197, 5.2.
    private void ExpandKey(byte[] key)
    {
        byte[] keys = _roundKeys;
        Array.Copy(key, 0, keys, 0, KeyBytes);
        int roundConstant = 1;
        for (int at = KeyBytes; at < keys.Length; at += 4)
        {
            if (at % KeyBytes == 0)
            {
                byte first = keys[at - 4];
                keys[at] = (byte)(_sBox[keys[at - 3]] ^ roundConstant);
                keys[at + 1] = _sBox[keys[at - 2]];
                keys[at + 2] = _sBox[keys[at - 1]];
                keys[at + 3] = _sBox[first];
                roundConstant = Doubled(roundConstant);
            }
            else
            {
                Array.Copy(keys, at - 4, keys, at, 4);
            }

            for (int i = 0; i < 4; i++)
            {
                keys[at + i] ^= keys[at + i - KeyBytes];
            }
        }
    }

    // FIPS 197, 5.1. The state's bytes stand column by column, as they come in.
    private void EncryptState()
    {
        AddRoundKey(_state, 0);
        for (int round = 1; round < Rounds; round++)
        {
            SubstituteAndShift();
            MixColumns();
            AddRoundKey(_state, round);
        }

        SubstituteAndShift();
        Array.Copy(_shifted, 0, _state, 0, Block);
        AddRoundKey(_state, Rounds);
    }

    private void AddRoundKey(byte[] state, int round)
    {
        int from = round * Block;
        for (int i = 0; i < Block; i++)
        {
            state[i] ^= _roundKeys[from + i];
        }
    }

    // SubBytes and ShiftRows in one: row r of column c comes from column c + r.
    private void SubstituteAndShift()
    {
        for (int i = 0; i < Block; i++)
        {
            _shifted[i] = _sBox[_state[(i + ((i & 3) * 4)) & 15]];
        }
    }

    // A column (a, b, c, d) becomes 2a + 3b + c + d and so on round: with t the sum of all, a + t + 2(a + b).
    private void MixColumns()
    {
        for (int at = 0; at < Block; at += 4)
        {
            int a = _shifted[at];
            int b = _shifted[at + 1];
            int c = _shifted[at + 2];
            int d = _shifted[at + 3];
            int all = a ^ b ^ c ^ d;
            _state[at] = (byte)(a ^ all ^ Doubled(a ^ b));
            _state[at + 1] = (byte)(b ^ all ^ Doubled(b ^ c));
            _state[at + 2] = (byte)(c ^ all ^ Doubled(c ^ d));
            _state[at + 3] = (byte)(d ^ all ^ Doubled(d ^ a));
        }
    }

    // Times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2.1), without a branch on the data.
    private static int Doubled(int value)
    {
        return ((value << 1) ^ ((value >> 7) * 0x1B)) & 0xFF;
    }
}

/// <summary>Makes <see cref="SoftwareAes"/>.</summary>
public sealed class SoftwareAesFactory : IAesFactory
{
    /// <inheritdoc/>
    public IAesBlocks Create(byte[] key)
    {
        return new SoftwareAes(key);
    }
}
