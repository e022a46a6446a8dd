namespace BoatTelemetry.Core.Security;

/// <summary>
/// Authenticated encryption under one unit's key: AES-128-CCM (RFC 3610, NIST SP 800-38C). The unit composes it from
/// its native AES, the gateway uses the platform's; both must agree bit for bit. An instance serves one thread.
/// </summary>
public interface IFrameCipher
{
    /// <summary>
    /// Encrypts <paramref name="textLength"/> bytes of <paramref name="frame"/> from <paramref name="textOffset"/> on
    /// in place and writes the tag right behind them.
    /// </summary>
    /// <param name="nonce">All of its bytes are the nonce, 7 to 13; never twice under one key.</param>
    /// <param name="associated">Holds what is authenticated and not encrypted.</param>
    /// <param name="associatedLength">Bytes of <paramref name="associated"/>, from index 0.</param>
    /// <param name="frame">Text, with room for the tag behind it.</param>
    /// <param name="textOffset">Where the text begins.</param>
    /// <param name="textLength">Bytes of text.</param>
    /// <param name="tagLength">Bytes of the tag: 4, 6, ... 16.</param>
    void Seal(
        byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength);

    /// <summary>
    /// Decrypts into <paramref name="text"/> from index 0 and says whether the tag fits. The frame stays as it was; the
    /// text is to be used only if the tag fits.
    /// </summary>
    bool Open(
        byte[] nonce,
        byte[] associated,
        int associatedLength,
        byte[] frame,
        int textOffset,
        int textLength,
        int tagLength,
        byte[] text);
}
