using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.BoatUnit.Supervision;

// Record, 88 bytes:
//
//   byte  0      1, the record's version
//         1      how the run ended; 0 it has not, or the power knows
//         2      the loop that stalled; 255 none
//         3      recent starts that nobody asked for, 0 to 3
//         4..9   how long ago each of them was when the run was last saved, seconds of running
//        10..11  how long the run had lasted then, seconds, at most 65,535
//        12..15  starts in the unit's life
//        16..19  of them, those that nobody asked for
//        20      length of the text
//        21..84  text: ASCII
//        85..87  zero

/// <summary>How a run ended, as far as the run itself could say.</summary>
internal enum RunEnding
{
    /// <summary>It did not get to say: the power went, or the machine hung.</summary>
    Unsaid = 0,
    Asked = 1,
    Stalled = 2,
    Crashed = 3,
}

/// <summary>What one run leaves for the next.</summary>
internal sealed class RunRecord
{
    private const int PayloadBytes = 88;
    private const int Version = 1;
    private const int RecentMax = 3;
    private const int AgesAt = 4;
    private const int RunAt = 10;
    private const int TextAt = 21;
    private const int TextMax = 64;
    private const int NoLoop = 255;

    private readonly FlashRecord _record;
    private readonly byte[] _payload = new byte[PayloadBytes];

    public RunRecord(IFlash flash)
    {
        _record = new FlashRecord(flash, 0, flash.BlockCount, PayloadBytes);
    }

    public bool IsBlank { get; private set; }

    public RunEnding Ending => (RunEnding)_payload[1];

    public int RecentStarts => _payload[3];

    public uint Starts => BigEndian.Get(_payload, 12);

    public uint UnaskedStarts => BigEndian.Get(_payload, 16);

    public string Text { get; private set; } = string.Empty;

    /// <summary>Reads what the run before left; false if that is not to be had.</summary>
    public bool Load()
    {
        FlashRecordState state = _record.Load(_payload);
        IsBlank = state == FlashRecordState.Blank;
        bool valid = state == FlashRecordState.Loaded && _payload[0] == Version
            && _payload[3] <= RecentMax && _payload[20] <= TextMax;
        if (!valid)
        {
            Array.Clear(_payload, 0, PayloadBytes);
            _payload[0] = Version;
            return false;
        }

        char[] text = new char[_payload[20]];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = (char)_payload[TextAt + i];
        }

        Text = new string(text);
        return true;
    }

    /// <summary>A run begins.</summary>
    public void Begin(bool unasked, int windowS)
    {
        BigEndian.Put16(_payload, RunAt, 0);
        BigEndian.Put(_payload, 12, Starts + 1);
        if (unasked)
        {
            BigEndian.Put(_payload, 16, UnaskedStarts + 1);
            Remember();
        }

        Forget(windowS);
        SetEnding(RunEnding.Unsaid, NoLoop, null);
    }

    /// <summary>The run has come so far.</summary>
    public void Lengthen(int uptimeS, int windowS)
    {
        int uptime = uptimeS > ushort.MaxValue ? ushort.MaxValue : uptimeS;
        int more = uptime - BigEndian.Get16(_payload, RunAt);
        for (int i = 0; i < RecentStarts; i++)
        {
            int age = BigEndian.Get16(_payload, AgesAt + (2 * i)) + more;
            BigEndian.Put16(_payload, AgesAt + (2 * i), age > ushort.MaxValue ? ushort.MaxValue : age);
        }

        BigEndian.Put16(_payload, RunAt, uptime);
        Forget(windowS);
    }

    /// <summary>The run ends.</summary>
    public void End(RunEnding ending, int loop, string text, int uptimeS)
    {
        Lengthen(uptimeS, ushort.MaxValue);
        SetEnding(ending, loop < 0 ? NoLoop : loop, text);
    }

    public bool TrySave()
    {
        if (_record.State == FlashRecordState.Unknown || _record.State == FlashRecordState.Unreadable)
        {
            return false;
        }

        return _record.TrySave(_payload);
    }

    // The newest first; the oldest goes.
    private void Remember()
    {
        int keep = RecentStarts < RecentMax ? RecentStarts : RecentMax - 1;
        for (int i = keep; i > 0; i--)
        {
            BigEndian.Put16(_payload, AgesAt + (2 * i), BigEndian.Get16(_payload, AgesAt + (2 * i) - 2));
        }

        BigEndian.Put16(_payload, AgesAt, 0);
        _payload[3] = (byte)(keep + 1);
    }

    private void Forget(int windowS)
    {
        int recent = 0;
        while (recent < RecentStarts && BigEndian.Get16(_payload, AgesAt + (2 * recent)) <= windowS)
        {
            recent++;
        }

        _payload[3] = (byte)recent;
    }

    private void SetEnding(RunEnding ending, int loop, string text)
    {
        _payload[1] = (byte)ending;
        _payload[2] = (byte)loop;
        int length = text == null ? 0 : text.Length > TextMax ? TextMax : text.Length;
        _payload[20] = (byte)length;
        Array.Clear(_payload, TextAt, TextMax);
        for (int i = 0; i < length; i++)
        {
            char c = text[i];
            _payload[TextAt + i] = c >= ' ' && c <= '~' ? (byte)c : (byte)'?';
        }
    }
}
