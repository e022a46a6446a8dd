using System;

namespace BoatTelemetry.BoatUnit.Supervision;

/// <summary>What the unit notes of itself for the technician. The numbers are part of the bench console's interface.</summary>
public enum LogEvent
{
    None = 0,

    /// <summary>The unit started; the value is its reset cause.</summary>
    Started = 1,
    SafeModeEntered = 2,
    SafeModeLeft = 3,

    /// <summary>A loop missed its heartbeat; the value is its number, the text its name.</summary>
    Stalled = 4,

    /// <summary>The reboot that was asked for; the value is its reason.</summary>
    Rebooting = 5,
    Crashed = 6,

    /// <summary>The supervisor's record could not be saved.</summary>
    RecordNotSaved = 7,

    /// <summary>The configuration was taken from flash; the value is its state.</summary>
    ConfigLoaded = 20,

    /// <summary>A key of the stored configuration is not valid any more and has its default; the text is its name.</summary>
    ConfigKeyRefused = 21,
    ConfigChanged = 22,
    SecretChanged = 23,
    KeyChanged = 24,
    CertificateChanged = 25,

    // 40 and up: the receiver; 60: the radio; 80: modem and MQTT; 100: sensors and inputs; 120: the journal.
    GnssFault = 40,
    GnssRecovered = 41,
    RadioFault = 60,
    RadioRecovered = 61,
    ModemFault = 80,
    ModemRecovered = 81,
    MqttFault = 82,
    MqttRecovered = 83,
    SensorFault = 100,
    SensorRecovered = 101,
    InputPressed = 102,
    JournalFault = 120,
}

/// <summary>Takes notes; costs no memory, so that any part of the unit may.</summary>
public interface ILog
{
    /// <param name="atMs">Monotonic, milliseconds.</param>
    /// <param name="entry">What.</param>
    /// <param name="value">A number that goes with it, or 0.</param>
    /// <param name="text">
    /// A constant, or a text that is kept anyway, or null: the log keeps the reference. Never anything secret.
    /// </param>
    void Note(long atMs, LogEvent entry, int value, string text);
}

/// <summary>One note. Belongs to the log and is written again when its turn comes.</summary>
public sealed class LogEntry
{
    /// <summary>Counts up from 1 at each start; 0 marks an entry that was never written.</summary>
    public long Number;

    /// <summary>Monotonic, milliseconds.</summary>
    public long AtMs;
    public LogEvent Event;
    public int Value;
    public string Text;

    internal void CopyFrom(LogEntry other)
    {
        Number = other.Number;
        AtMs = other.AtMs;
        Event = other.Event;
        Value = other.Value;
        Text = other.Text;
    }
}

/// <summary>The last notes, in memory. Any thread.</summary>
public sealed class EventLog : ILog
{
    /// <summary>Notes that are kept; each is about 40 bytes.</summary>
    public const int EntriesMax = 64;

    private readonly LogEntry[] _entries = new LogEntry[EntriesMax];
    private readonly object _gate = new object();
    private long _last;

    public EventLog()
    {
        for (int i = 0; i < EntriesMax; i++)
        {
            _entries[i] = new LogEntry();
        }
    }

    /// <summary>The newest note's number; 0 while there is none.</summary>
    public long LastNumber
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <inheritdoc/>
    public void Note(long atMs, LogEvent entry, int value, string text)
    {
        lock (_gate)
        {
            _last++;
            LogEntry next = _entries[(int)(_last % EntriesMax)];
            next.Number = _last;
            next.AtMs = atMs;
            next.Event = entry;
            next.Value = value;
            next.Text = text;
        }
    }

    /// <summary>Copies the oldest kept note whose number is not below this one. False if there is none.</summary>
    public bool TryRead(long fromNumber, LogEntry into)
    {
        if (into == null)
        {
            throw new ArgumentNullException(nameof(into));
        }

        lock (_gate)
        {
            long oldest = _last - EntriesMax + 1;
            oldest = oldest < 1 ? 1 : oldest;
            long number = fromNumber < oldest ? oldest : fromNumber;
            if (number > _last)
            {
                return false;
            }

            into.CopyFrom(_entries[(int)(number % EntriesMax)]);
            return true;
        }
    }
}
