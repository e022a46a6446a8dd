using System.Security.Cryptography;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// Stands for the boat unit's native AES: the two operations that nanoFramework's offers, done by .NET's AES.
/// </summary>
public sealed class SimulatedAes : IAesBlocks, IDisposable
{
    /// <summary>Bytes of an AES-128 key.</summary>
    public const int KeyBytes = 16;

    private const int Block = 16;

    private readonly Aes _aes;
    private readonly ICryptoTransform _ecb;

    /// <exception cref="ArgumentException">The key has not 16 bytes.</exception>
    public SimulatedAes(byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length != KeyBytes)
        {
            throw new ArgumentException($"An AES-128 key has {KeyBytes} bytes, not {key.Length}.", nameof(key));
        }

        _aes = Aes.Create();
        _aes.Key = key;
        _aes.Padding = PaddingMode.None;
#pragma warning disable CA5358 // ECB is the block operation that CCM is composed of, not a mode applied to data.
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _ecb = _aes.CreateEncryptor();
    }

    /// <inheritdoc/>
    /// <remarks>Chained by hand over one ECB transform: .NET's one-shot CBC allocates at each call.</remarks>
    public void EncryptCbc(byte[] input, int length, byte[] output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        for (var at = 0; at < length; at += Block)
        {
            for (var i = 0; i < Block; i++)
            {
                output[at + i] = (byte)(input[at + i] ^ (at == 0 ? 0 : output[at - Block + i]));
            }

            _ecb.TransformBlock(output, at, Block, output, at);
        }
    }

    /// <inheritdoc/>
    public void EncryptEcb(byte[] input, int length, byte[] output) => _ecb.TransformBlock(input, 0, length, output, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ecb.Dispose();
        _aes.Dispose();
    }
}
