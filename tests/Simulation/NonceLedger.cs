using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Simulation;

/// <summary>Part of the world around the unit: its memory is not the unit's.</summary>
public interface IOutsideUnit;

/// <summary>Every nonce that either side has sealed under the voyage's key, and a digest of what was sealed with it.</summary>
public sealed class NonceLedger
{
    private readonly Dictionary<UInt128, ulong> _sealed = [];

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>Told the counter of each frame of a durable class that is sealed upwards.</summary>
    public Action<uint>? SealedDurable { get; set; }

    public int Count => _sealed.Count;

    public void Sealed(byte[] nonce, ReadOnlySpan<byte> text)
    {
        if (!_sealed.TryAdd(KeyOf(nonce), Digest.Of(text)))
            Violated?.Invoke($"nonce {Convert.ToHexString(nonce)} was used a second time");
        if (nonce[0] == 1)
            SealedDurable?.Invoke(CounterOf(nonce));
    }

    public void Opened(byte[] nonce, ReadOnlySpan<byte> text)
    {
        if (!_sealed.TryGetValue(KeyOf(nonce), out var digest) || digest != Digest.Of(text))
            Violated?.Invoke($"nonce {Convert.ToHexString(nonce)} opened what was never sealed with it");
    }

    // Byte 0 is direction and class, 1 to 2 the unit, 3 to 6 the counter (FrameSeal).
    private static uint CounterOf(byte[] nonce) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(nonce.AsSpan(3));

    private static UInt128 KeyOf(byte[] nonce)
    {
        UInt128 key = 0;
        foreach (var part in nonce)
            key = (key << 8) | part;
        return key;
    }
}

/// <summary>64 bits that tell two frames apart.</summary>
public static class Digest
{
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        // FNV-1a; nobody here looks for collisions.
        var digest = 14_695_981_039_346_656_037;
        foreach (var part in bytes)
            digest = unchecked((digest ^ part) * 1_099_511_628_211);
        return digest;
    }
}

/// <summary>A cipher that tells the ledger what goes through it.</summary>
public sealed class WatchedCipher(IFrameCipher inner, NonceLedger ledger) : IFrameCipher, IOutsideUnit
{
    /// <inheritdoc/>
    public void Seal(
        byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength)
    {
        ledger.Sealed(nonce, frame.AsSpan(textOffset, textLength));
        inner.Seal(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength);
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
        var opened = inner.Open(nonce, associated, associatedLength, frame, textOffset, textLength, tagLength, text);
        if (opened)
            ledger.Opened(nonce, text.AsSpan(0, textLength));
        return opened;
    }
}
