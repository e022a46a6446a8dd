using System.Security.Cryptography;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>AES-128-CCM by the platform's own implementation; agrees bit for bit with Core's composed one (a test).</summary>
public sealed class PlatformAesCcm : IFrameCipher, IDisposable
{
    /// <summary>Bytes of a unit's key.</summary>
    public const int KeyBytes = 16;

    private readonly System.Security.Cryptography.AesCcm _aes;

    /// <exception cref="ArgumentException">The key has not <see cref="KeyBytes"/> bytes.</exception>
    public PlatformAesCcm(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A unit's key has {KeyBytes} bytes, not {key.Length}.", nameof(key));
        _aes = new System.Security.Cryptography.AesCcm(key);
    }

    /// <inheritdoc/>
    public void Seal(
        byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength)
    {
        var text = frame.AsSpan(textOffset, textLength);
        _aes.Encrypt(
            nonce, text, text, frame.AsSpan(textOffset + textLength, tagLength), associated.AsSpan(0, associatedLength));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The platform tells a tag that does not fit by an exception, which costs about 4 microseconds more than a tag that
    /// fits (7 instead of 2.8, measured November 2026 on .NET 10.0.12); nothing else of its interface tells it.
    /// </remarks>
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
        try
        {
            _aes.Decrypt(
                nonce,
                frame.AsSpan(textOffset, textLength),
                frame.AsSpan(textOffset + textLength, tagLength),
                text.AsSpan(0, textLength),
                associated.AsSpan(0, associatedLength));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();
}
