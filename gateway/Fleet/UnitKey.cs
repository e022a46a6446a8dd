using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The bytes of a unit's key, on their way from a file to a cipher or to another file. Never prints them.</summary>
internal sealed class UnitKey
{
    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">There are not <see cref="PlatformAesCcm.KeyBytes"/> bytes.</exception>
    public UnitKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PlatformAesCcm.KeyBytes)
            throw new ArgumentException($"A unit's key has {PlatformAesCcm.KeyBytes} bytes, not {bytes.Length}.", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public PlatformAesCcm ToCipher() => new(_bytes);

    /// <inheritdoc/>
    public override string ToString() => "(key, not shown)";
}
