using System;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>What the shore asks of a unit. Which of the fields count says <see cref="Kind"/>. Made once and filled again.</summary>
public sealed class Command
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>What is asked.</summary>
    public CommandKind Kind;

    /// <summary>
    /// From when on the unit refuses it: UTC, milliseconds since 1970-01-01, told in units of 8 s, rounded up; or
    /// <see cref="UtcTime.Unknown"/>: never.
    /// </summary>
    public long ExpiryUtcMs;

    /// <summary>Report interval: seconds between live reports, 0 to 65,535; 0 is the configured default.</summary>
    public int LiveIntervalS;

    /// <summary>Report interval: seconds between recorded fixes, 0 to 255; 0 is the configured default.</summary>
    public int TrackIntervalS;

    /// <summary>Report interval: for how many minutes, 0 to 65,535; 0 is the configured default.</summary>
    public int DurationMin;

    /// <summary>Status request: whether the long form is asked for.</summary>
    public bool LongStatus;

    /// <summary>Backlog range: the first durable counter that is asked for.</summary>
    public uint FromCounter;

    /// <summary>Backlog range: the last durable counter that is asked for, not below the first.</summary>
    public uint ToCounter;

    /// <summary>SOS acknowledged: the counter of the event.</summary>
    public uint EventCounter;

    /// <summary>SOS acknowledged: the code that the unit shows, 1 to 255; 0 none.</summary>
    public int SosCode;

    /// <summary>Key change: the new key.</summary>
    public readonly byte[] Key = new byte[KeyBytes];

    public Command()
    {
        Clear();
    }

    /// <summary>Makes it a request for a short status that never expires, and forgets the key.</summary>
    public void Clear()
    {
        Kind = CommandKind.StatusRequest;
        ExpiryUtcMs = UtcTime.Unknown;
        LiveIntervalS = 0;
        TrackIntervalS = 0;
        DurationMin = 0;
        LongStatus = false;
        FromCounter = 0;
        ToCounter = 0;
        EventCounter = 0;
        SosCode = 0;
        Array.Clear(Key, 0, KeyBytes);
    }
}

/// <summary>What a command asks for; four bits.</summary>
public enum CommandKind
{
    /// <summary>Report at other intervals for a while.</summary>
    ReportInterval = 1,

    /// <summary>Send a status now.</summary>
    StatusRequest = 2,

    /// <summary>Send these durable frames again.</summary>
    BacklogRange = 3,

    /// <summary>Show the crew that the SOS has been seen ashore.</summary>
    SosAcknowledged = 4,

    /// <summary>Use another key from now on.</summary>
    KeyChange = 5,
}
