using System.Security.Cryptography;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>
/// The check value by which two sides compare a key without telling it: the first three bytes of a block of zeros enciphered with it
/// (docs/bench-console.md, key set).
/// </summary>
internal static class KeyCheck
{
    private const int Bytes = 3;
    private const int BlockBytes = 16;

    /// <summary>Six hexadecimal digits in lower case.</summary>
    public static string Of(UnitKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var aes = Aes.Create();
        aes.SetKey(key.Bytes);
#pragma warning disable CA5358 // One block, by the definition of a key check value; nothing is kept secret by it.
        var block = aes.EncryptEcb(new byte[BlockBytes], PaddingMode.None);
#pragma warning restore CA5358
        return Convert.ToHexStringLower(block.AsSpan(0, Bytes));
    }
}
