using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>
/// The key of 256 bits that wraps the keys of units, so that a fleet file can be backed up and mailed: AES-256-GCM with the unit's number
/// as associated data. docs/decisions/admission.md says why not RFC 3394.
/// </summary>
/// <remarks>
/// A wrapped key is <c>gcm:</c> and the base64 of 12 bytes of random nonce, 16 of the key, 16 of the tag (NIST SP 800-38D; random nonces are
/// good for 2^32 keys, section 8.3).
/// </remarks>
internal sealed class WrappingKey
{
    /// <summary>Bytes of the key; a file or the environment has twice as many hexadecimal digits.</summary>
    public const int KeyBytes = 32;

    /// <summary>Where the key is looked for if no file is named.</summary>
    public const string EnvironmentVariable = "BOAT_FLEET_KEY";

    /// <summary>What may stand in the place of a wrapped key.</summary>
    public const string Allowed = "what wrap-keys wrote for this unit under this wrapping key";

    private const string Prefix = "gcm:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int WrappedBytes = NonceBytes + PlatformAesCcm.KeyBytes + TagBytes;
    private const int AssociatedBytes = 32;

    private readonly byte[] _key;

    public WrappingKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A wrapping key has {KeyBytes} bytes, not {key.Length}.", nameof(key));
        _key = key.ToArray();
    }

    /// <summary>The key in a file or, without one, in the environment; null if there is neither, or an error.</summary>
    public static WrappingKey? Load(string? file, List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var place = file is null ? EnvironmentVariable : Path.GetFileName(file);
        string? digits;
        try
        {
            digits = file is null ? Environment.GetEnvironmentVariable(EnvironmentVariable) : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(place, "", e.Message.TrimEnd('.'), "a file that can be read, with the wrapping key alone in it"));
            return null;
        }

        if (digits is null)
            return null;
        var key = new byte[KeyBytes];
        digits = digits.Trim();
        if (digits.Length == KeyBytes * 2 && Convert.FromHexString(digits, key, out _, out _) == System.Buffers.OperationStatus.Done)
            return new WrappingKey(key);
        errors.Add(new ConfigurationError(place, "", "(not shown)", $"{KeyBytes * 2} hexadecimal digits"));
        return null;
    }

    /// <summary>A new key as a file has it.</summary>
    public static string NewDigits() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n";

    /// <summary>A unit's key as a fleet file may show it to anyone.</summary>
    public string Wrap(int unit, UnitKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> wrapped = stackalloc byte[WrappedBytes];
        Span<byte> associated = stackalloc byte[AssociatedBytes];
        RandomNumberGenerator.Fill(wrapped[..NonceBytes]);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(
            wrapped[..NonceBytes],
            key.Bytes,
            wrapped[NonceBytes..^TagBytes],
            wrapped[^TagBytes..],
            associated[..Associated(unit, associated)]);
        return Prefix + Convert.ToBase64String(wrapped);
    }

    /// <summary>The key again; null if it was not wrapped by this key for this unit, or was changed since.</summary>
    public UnitKey? Unwrap(int unit, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> wrapped = stackalloc byte[WrappedBytes + 3];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(text[Prefix.Length..], wrapped, out var length)
            || length != WrappedBytes
            || Convert.ToBase64String(wrapped[..length]) != text[Prefix.Length..])
        {
            return null;
        }

        wrapped = wrapped[..length];
        Span<byte> key = stackalloc byte[PlatformAesCcm.KeyBytes];
        Span<byte> associated = stackalloc byte[AssociatedBytes];
        using var aes = new AesGcm(_key, TagBytes);
        try
        {
            aes.Decrypt(
                wrapped[..NonceBytes],
                wrapped[NonceBytes..^TagBytes],
                wrapped[^TagBytes..],
                key,
                associated[..Associated(unit, associated)]);
            return new UnitKey(key);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "(wrapping key, not shown)";

    // The number and not the place: next and previous keys move when a change of key is complete, and stay wrapped as they are.
    private static int Associated(int unit, Span<byte> associated)
    {
        var length = Encoding.ASCII.GetBytes("boat-telemetry unit key ", associated);
        BinaryPrimitives.WriteInt32BigEndian(associated[length..], unit);
        return length + sizeof(int);
    }
}
