using System;
using System.Security.Cryptography;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>What became of a key that a technician set.</summary>
public enum KeyResult
{
    Set = 0,

    /// <summary>The counters could not be made durable; the key before stays.</summary>
    CountersNotStored,

    /// <summary>The key could not be made durable; the key before stays.</summary>
    KeyNotStored,
}

/// <summary>
/// The unit's key as the technician meets it: set by hand, compared by its check value, never read out. What the key
/// seals with and what commands do to it is UnitKeys' and FlashCounterStore's.
/// </summary>
/// <remarks>
/// The counters start with the first key and never go back, not even under a new key: a unit and a counter name one
/// frame for ever, and numbers that were skipped cost nothing. They are made durable before the key is, so that no loss
/// of power leaves a key without counters that go on.
/// </remarks>
public sealed class KeyStore
{
    /// <summary>
    /// Bytes of the check value. 24 bits tell two keys apart and leave 104 bits of the key unknown, as it is the custom for
    /// key check values (ANSI X9.24-1).
    /// </summary>
    public const int CheckBytes = 3;

    private readonly UnitKeys _keys;
    private readonly FlashCounterStore _counters;
    private readonly byte[] _key = new byte[UnitKeys.KeyBytes];

    /// <param name="keys">The unit's keys.</param>
    /// <param name="counters">The counters that go with them.</param>
    public KeyStore(UnitKeys keys, FlashCounterStore counters)
    {
        if (keys == null || counters == null)
        {
            throw new ArgumentNullException(nameof(keys));
        }

        _keys = keys;
        _counters = counters;
    }

    /// <summary>Whether there is a key.</summary>
    public bool IsSet => _keys.State == FlashRecordState.Loaded;

    /// <summary>
    /// Whether a key has been set since the start. Ciphers and counter allocators that are running have the old ones, so
    /// nothing may be sealed or opened until the unit has started again.
    /// </summary>
    public bool MustRestart { get; private set; }

    /// <summary>Loads the key; false if there is none.</summary>
    public bool TryLoad()
    {
        return _keys.TryLoad();
    }

    /// <summary>
    /// Sets the key. The counters start at these numbers, or where they are if that is further: a unit that replaces
    /// another one under its number and key starts behind what the gateway has seen of it.
    /// </summary>
    public KeyResult Set(byte[] key, uint firstLive, uint firstDurable)
    {
        if (!_counters.TryProvision(firstLive, firstDurable))
        {
            return KeyResult.CountersNotStored;
        }

        // The counters may have moved under running allocators, whether or not the key follows.
        MustRestart = true;
        return _keys.TryProvision(key) ? KeyResult.Set : KeyResult.KeyNotStored;
    }

    /// <summary>
    /// The first bytes of a block of zeros under the key, in hexadecimal; null without a key. CCM never enciphers that
    /// block: its blocks begin with a byte of flags that is not zero (RFC 3610, sections 2.2 and 2.3).
    /// </summary>
    public string CheckValue()
    {
        if (!IsSet)
        {
            return null;
        }

        _keys.CopyCurrent(_key);
        Aes aes = new Aes(CipherMode.ECB);
        aes.Key = _key;
        byte[] block = aes.Encrypt(new byte[UnitKeys.KeyBytes]);
        Array.Clear(_key, 0, _key.Length);
        return Hex.Of(block, 0, CheckBytes);
    }
}
