using System;

namespace BoatTelemetry.Core.Security;

/// <summary>The cipher under the key in use, whichever that is: a change of key puts another one behind it. One thread.</summary>
public sealed class KeyedCipher : IFrameCipher
{
    private IFrameCipher _inUse;

    public KeyedCipher(IFrameCipher inUse)
    {
        Use(inUse);
    }

    /// <summary>Seals and opens with this one from now on.</summary>
    public void Use(IFrameCipher cipher)
    {
        if (cipher == null)
        {
            throw new ArgumentNullException(nameof(cipher));
        }

        _inUse = cipher;
    }

    /// <inheritdoc/>
    public void Seal(
        byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength)
    {
        _inUse.Seal(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength);
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
        return _inUse.Open(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength, text);
    }
}
