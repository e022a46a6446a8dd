using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Core.Security;

// Record, 40 bytes:
//
//   byte  0..3   newest accepted command's counter; 0xFFFFFFFF none
//         4      number of keys: 1 or 2
//         5..7   zero
//         8..23  the key in use
//        24..39  the key before, zero if there is none

/// <summary>What a unit did with a command to change its key.</summary>
public enum KeyChange
{
    /// <summary>The new key is durable and in use. A frame that confirms it should follow at once.</summary>
    Changed = 0,

    /// <summary>The key is in use already: the gateway has not heard a frame under it. One should follow.</summary>
    AlreadyInUse,

    /// <summary>
    /// Refused: it came under the key before, and names another key than the one in use. The gateway does not offer
    /// a second key before it has seen the first, so somebody else who knows the old key did.
    /// </summary>
    FromOldKey,

    /// <summary>It could not be made durable; the key in use stays.</summary>
    NotStored,
}

/// <summary>
/// The unit's keys, and the counter of the last command it accepted, in flash. The key before stays good for downlinks
/// until the first one under the new key: only then does the gateway certainly know of the change.
/// </summary>
/// <remarks>
/// One record holds all, so that a loss of power leaves either the old key with the command unknown, or the new key with
/// the command done. Erased keys stay readable in flash until their block's turn comes; a board whose flash can be read
/// out needs the chip's flash encryption. One thread.
/// </remarks>
public sealed class UnitKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>The last command's counter before any came.</summary>
    public const long NoCommand = -1;

    private const int CurrentAt = 8;
    private const int PreviousAt = CurrentAt + KeyBytes;
    private const int PayloadBytes = PreviousAt + KeyBytes;

    private readonly FlashRecord _record;
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly byte[] _next = new byte[PayloadBytes];

    /// <param name="flash">The flash.</param>
    /// <param name="firstBlock">The first of the keys' own erase blocks.</param>
    /// <param name="blockCount">An even number, <see cref="FlashRecord.BlocksMin"/> or more.</param>
    public UnitKeys(IFlash flash, int firstBlock, int blockCount)
    {
        _record = new FlashRecord(flash, firstBlock, blockCount, PayloadBytes);
    }

    /// <summary>What the flash said.</summary>
    public FlashRecordState State => _record.State;

    /// <summary>Whether the key before is still good for downlinks.</summary>
    public bool HasPrevious => _payload[4] == 2;

    /// <summary>The counter of the newest accepted command, for <see cref="DownlinkWindow"/>; or <see cref="NoCommand"/>.</summary>
    public long LastCommand
    {
        get
        {
            uint kept = BigEndian.Get(_payload, 0);
            return kept == uint.MaxValue ? NoCommand : kept;
        }
    }

    /// <summary>Loads the keys; false if there are none to be had, and then nothing may be sealed or opened.</summary>
    public bool TryLoad()
    {
        return _record.Load(_payload) == FlashRecordState.Loaded;
    }

    /// <summary>Gives a unit its first key, or a new one by hand: the key before is forgotten.</summary>
    public bool TryProvision(byte[] key)
    {
        CheckKey(key);
        if (_record.State == FlashRecordState.Unknown)
        {
            _record.Load(_payload);
        }

        if (_record.State == FlashRecordState.Unreadable)
        {
            return false;
        }

        Array.Clear(_next, 0, PayloadBytes);
        BigEndian.Put(_next, 0, uint.MaxValue);
        _next[4] = 1;
        Array.Copy(key, 0, _next, CurrentAt, KeyBytes);
        return TrySaveNext();
    }

    /// <summary>Copies the key in use.</summary>
    public void CopyCurrent(byte[] key)
    {
        CheckKey(key);
        Array.Copy(_payload, CurrentAt, key, 0, KeyBytes);
    }

    /// <summary>Copies the key before.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void CopyPrevious(byte[] key)
    {
        CheckKey(key);
        if (!HasPrevious)
        {
            throw new InvalidOperationException("There is no key before.");
        }

        Array.Copy(_payload, PreviousAt, key, 0, KeyBytes);
    }

    /// <summary>Carries out a command to change the key, accepted under the counter given.</summary>
    public KeyChange Change(byte[] key, bool openedUnderPrevious, uint commandCounter)
    {
        CheckKey(key);
        bool inUse = SameAsCurrent(key);
        if (openedUnderPrevious && !inUse)
        {
            return KeyChange.FromOldKey;
        }

        Array.Copy(_payload, 0, _next, 0, PayloadBytes);
        BigEndian.Put(_next, 0, commandCounter);
        if (!inUse)
        {
            _next[4] = 2;
            Array.Copy(_payload, CurrentAt, _next, PreviousAt, KeyBytes);
            Array.Copy(key, 0, _next, CurrentAt, KeyBytes);
        }

        if (!TrySaveNext())
        {
            return KeyChange.NotStored;
        }

        return inUse ? KeyChange.AlreadyInUse : KeyChange.Changed;
    }

    /// <summary>
    /// Remembers that a command was accepted, before it is carried out: so it is carried out at most once. False if it
    /// could not be remembered, and then it must not be carried out.
    /// </summary>
    public bool TryRemember(uint commandCounter)
    {
        Array.Copy(_payload, 0, _next, 0, PayloadBytes);
        BigEndian.Put(_next, 0, commandCounter);
        return TrySaveNext();
    }

    /// <summary>
    /// A downlink was opened under the key in use: the key before goes. If that cannot be made durable it goes until the
    /// next start only.
    /// </summary>
    public void OpenedUnderCurrent()
    {
        if (!HasPrevious)
        {
            return;
        }

        Array.Copy(_payload, 0, _next, 0, PayloadBytes);
        Forget(_next);
        if (!TrySaveNext())
        {
            Forget(_payload);
        }
    }

    private static void Forget(byte[] payload)
    {
        payload[4] = 1;
        Array.Clear(payload, PreviousAt, KeyBytes);
    }

    private static void CheckKey(byte[] key)
    {
        if (key == null || key.Length != KeyBytes)
        {
            throw new ArgumentException("An AES-128 key has 16 bytes.", nameof(key));
        }
    }

    private bool SameAsCurrent(byte[] key)
    {
        int difference = 0;
        for (int i = 0; i < KeyBytes; i++)
        {
            difference |= key[i] ^ _payload[CurrentAt + i];
        }

        return difference == 0;
    }

    private bool TrySaveNext()
    {
        if (!_record.TrySave(_next))
        {
            return false;
        }

        Array.Copy(_next, 0, _payload, 0, PayloadBytes);
        return true;
    }
}
