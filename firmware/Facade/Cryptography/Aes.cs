extern alias dotnet;

using DotNetAes = dotnet::System.Security.Cryptography.Aes;
using PaddingMode = dotnet::System.Security.Cryptography.PaddingMode;

namespace System.Security.Cryptography;

/// <summary>nanoFramework's Aes: ECB or CBC over whole blocks, no padding, a newly made array returned.</summary>
public class Aes
{
    private const int BlockBytes = 16;

    private byte[] _key = [];
    private byte[] _iv = new byte[BlockBytes];

    /// <param name="mode">ECB or CBC.</param>
    public Aes(CipherMode mode)
    {
        Mode = mode;
    }

    public CipherMode Mode { get; set; }

    public byte[] Key
    {
        get => _key;
        set => _key = value ?? throw new ArgumentNullException(nameof(value));
    }

    public byte[] IV
    {
        get => _iv;
        set => _iv = value is { Length: BlockBytes } ? value : throw new ArgumentException("16 bytes", nameof(value));
    }

    /// <exception cref="ArgumentException">No whole blocks, or a mode that the platform does not have.</exception>
    public byte[] Encrypt(byte[] data)
    {
        using var aes = Open(data);
        return Mode == CipherMode.ECB ? aes.EncryptEcb(data, PaddingMode.None) : aes.EncryptCbc(data, _iv, PaddingMode.None);
    }

    /// <exception cref="ArgumentException">No whole blocks, or a mode that the platform does not have.</exception>
    public byte[] Decrypt(byte[] data)
    {
        using var aes = Open(data);
        return Mode == CipherMode.ECB ? aes.DecryptEcb(data, PaddingMode.None) : aes.DecryptCbc(data, _iv, PaddingMode.None);
    }

    private DotNetAes Open(byte[] data)
    {
        if (data is null || data.Length == 0 || data.Length % BlockBytes != 0)
            throw new ArgumentException("whole blocks of 16 bytes", nameof(data));
        if (Mode is not (CipherMode.ECB or CipherMode.CBC))
            throw new ArgumentException("ECB or CBC", nameof(data));

        var aes = DotNetAes.Create();
        aes.Key = _key;
        return aes;
    }
}

public enum CipherMode
{
    None = 0,
    CBC = 1,
    ECB = 2,
}
