namespace BoatTelemetry.Core.Security;

/// <summary>Makes AES-128 under a key: the chip's own, or <see cref="SoftwareAes"/>.</summary>
public interface IAesFactory
{
    /// <summary>AES under the key of 16 bytes, which is copied.</summary>
    IAesBlocks Create(byte[] key);
}
