using System;
using System.Security.Cryptography;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatUnit.Security;

/// <summary>The chip's AES through nanoFramework's native calls (mbedTLS).</summary>
/// <remarks>
/// The native call takes an array of exactly the length to encrypt and returns a newly made one: that is allocated at each
/// call, and nothing else, because one input of each length in blocks is kept. AES-CCM of a frame asks for at most
/// <see cref="BlocksMax"/> blocks, and of the few lengths that a unit's frames have, so few inputs are ever made.
/// </remarks>
public sealed class NativeAes : IAesBlocks
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>The most blocks of one call: <see cref="AesCcm"/>'s B0, associated data of five blocks and text of 16.</summary>
    public const int BlocksMax = 22;

    private const int Block = 16;

    private readonly Aes _cbc;
    private readonly Aes _ecb;
    private readonly byte[] _zeroIv = new byte[Block];
    private readonly byte[][] _inputs = new byte[BlocksMax + 1][];

    /// <exception cref="ArgumentException">The key has not 16 bytes.</exception>
    public NativeAes(byte[] key)
    {
        if (key == null || key.Length != KeyBytes)
        {
            throw new ArgumentException("An AES-128 key has 16 bytes.", nameof(key));
        }

        byte[] own = new byte[KeyBytes];
        Array.Copy(key, 0, own, 0, KeyBytes);
        _cbc = new Aes(CipherMode.CBC);
        _cbc.Key = own;
        _cbc.IV = _zeroIv;
        _ecb = new Aes(CipherMode.ECB);
        _ecb.Key = own;
    }

    /// <inheritdoc/>
    public void EncryptCbc(byte[] input, int length, byte[] output)
    {
        // mbedtls_aes_crypt_cbc leaves the last block in the vector it is given; whether that is this one is not documented.
        Array.Clear(_zeroIv, 0, Block);
        byte[] encrypted = _cbc.Encrypt(Exact(input, length));
        Array.Copy(encrypted, 0, output, 0, length);
    }

    /// <inheritdoc/>
    public void EncryptEcb(byte[] input, int length, byte[] output)
    {
        byte[] encrypted = _ecb.Encrypt(Exact(input, length));
        Array.Copy(encrypted, 0, output, 0, length);
    }

    private byte[] Exact(byte[] input, int length)
    {
        if (length <= 0 || length % Block != 0 || length > BlocksMax * Block || length > input.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(length));
        }

        int blocks = length / Block;
        byte[] exact = _inputs[blocks];
        if (exact == null)
        {
            exact = new byte[length];
            _inputs[blocks] = exact;
        }

        Array.Copy(input, 0, exact, 0, length);
        return exact;
    }
}

/// <summary>Makes <see cref="NativeAes"/>.</summary>
public sealed class NativeAesFactory : IAesFactory
{
    /// <inheritdoc/>
    public IAesBlocks Create(byte[] key)
    {
        return new NativeAes(key);
    }
}
