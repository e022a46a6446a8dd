namespace BoatTelemetry.Core.Security;

/// <summary>
/// AES-128 under one key, as nanoFramework's native implementation offers it: whole blocks, ECB and CBC. An
/// implementation may allocate what its native calls return, and nothing else.
/// </summary>
public interface IAesBlocks
{
    /// <summary>
    /// Encrypts <paramref name="length"/> bytes (a multiple of 16) of <paramref name="input"/> in CBC mode with an
    /// initialisation vector of zeros into <paramref name="output"/>, both from index 0.
    /// </summary>
    void EncryptCbc(byte[] input, int length, byte[] output);

    /// <summary>Encrypts <paramref name="length"/> bytes (a multiple of 16) block by block.</summary>
    void EncryptEcb(byte[] input, int length, byte[] output);
}
