using System;
using System.Text;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Config;

// Record, 140 bytes: for each secret its length and its bytes, padded with zeros.
//
//   byte   0        length of the Wi-Fi password
//          1..63    password
//         64        length of the broker's password
//         65..128   password
//        129        length of the SIM's PIN
//        130..137   PIN
//        138..139   zero

/// <summary>What is kept apart from the configuration, since it is never shown.</summary>
public enum SecretKind
{
    WifiPassword = 0,
    MqttPassword = 1,
    SimPin = 2,
}

/// <summary>
/// Passwords: they can be set and used, and nothing shows them. Erased values stay readable in flash until their block's
/// turn comes; a board whose flash can be read out needs the chip's flash encryption.
/// </summary>
public sealed class SecretStore
{
    /// <summary>Secrets there are.</summary>
    public const int Kinds = 3;

    private const int PayloadBytes = 140;

    private static readonly int[] _at = new int[] { 0, 64, 129 };

    // WPA2: 63 characters. A SIM's PIN has 4 to 8 digits (3GPP TS 31.101).
    private static readonly int[] _bytesMax = new int[] { 63, 64, 8 };

    private readonly FlashRecord _record;
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly byte[] _next = new byte[PayloadBytes];

    /// <param name="flash">The secrets' own area.</param>
    public SecretStore(IFlash flash)
    {
        if (flash == null)
        {
            throw new ArgumentNullException(nameof(flash));
        }

        _record = new FlashRecord(flash, 0, flash.BlockCount, PayloadBytes);
    }

    /// <summary>What the flash said.</summary>
    public FlashRecordState State => _record.State;

    /// <summary>Loads them; false if there are none to be had, and then all are unset.</summary>
    public bool TryLoad()
    {
        bool loaded = _record.Load(_payload) == FlashRecordState.Loaded;
        for (int i = 0; loaded && i < Kinds; i++)
        {
            loaded = _payload[_at[i]] <= _bytesMax[i];
        }

        if (!loaded)
        {
            Array.Clear(_payload, 0, PayloadBytes);
        }

        return loaded;
    }

    /// <summary>The longest value, bytes.</summary>
    public static int BytesMax(SecretKind kind)
    {
        return _bytesMax[(int)kind];
    }

    /// <summary>Whether it has a value.</summary>
    public bool IsSet(SecretKind kind)
    {
        return _payload[_at[(int)kind]] > 0;
    }

    /// <summary>The value, a new string, for whoever logs in with it; empty if it is unset. Not for any output.</summary>
    public string Use(SecretKind kind)
    {
        int at = _at[(int)kind];
        return Encoding.UTF8.GetString(_payload, at + 1, _payload[at]);
    }

    /// <summary>Sets a value; no bytes unset it. False if it could not be made durable: then the one before stays.</summary>
    public bool TrySet(SecretKind kind, byte[] value)
    {
        if (value == null || value.Length > _bytesMax[(int)kind])
        {
            throw new ArgumentException("Longer than BytesMax.", nameof(value));
        }

        if (_record.State == FlashRecordState.Unknown)
        {
            TryLoad();
        }

        if (_record.State == FlashRecordState.Unreadable)
        {
            return false;
        }

        int at = _at[(int)kind];
        Array.Copy(_payload, 0, _next, 0, PayloadBytes);
        Array.Clear(_next, at, 1 + _bytesMax[(int)kind]);
        _next[at] = (byte)value.Length;
        Array.Copy(value, 0, _next, at + 1, value.Length);
        bool saved = _record.TrySave(_next);
        if (saved)
        {
            Array.Copy(_next, 0, _payload, 0, PayloadBytes);
        }

        Array.Clear(_next, 0, PayloadBytes);
        return saved;
    }
}
