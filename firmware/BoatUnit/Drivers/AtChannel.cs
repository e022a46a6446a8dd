using System;
using System.IO.Ports;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>How a command ended.</summary>
public enum AtOutcome
{
    /// <summary>None is under way.</summary>
    Idle = 0,
    Running,
    Done,

    /// <summary>ERROR, +CME ERROR or +CMS ERROR.</summary>
    Error,

    /// <summary>The modem said that what the command needs has not come about.</summary>
    Refused,
    TimedOut,
}

/// <summary>Understands the lines that a channel hears.</summary>
public interface IAtListener
{
    AtMeaning Understand(byte[] line, int length);

    /// <summary>The raw bytes of a datagram are in; <paramref name="announced"/> of them were announced.</summary>
    void DataReceived(byte[] data, int bytes, int announced);
}

/// <summary>One command at a time over a serial port, each with an end: an answer or its deadline.</summary>
public sealed class AtChannel
{
    /// <summary>Longest datagram taken, bytes; above the longest frame, so that a longer one is seen to be longer.</summary>
    public const int DataBytesMax = 256;

    /// <summary>Bytes taken from the port at once, and in one poll at most so many times.</summary>
    public const int ChunkBytesMax = 64;
    private const int ChunksPerPollMax = 8;

    private static readonly byte[] _lineEnd = AtText.Ascii("\r");

    private readonly SerialPort _port;
    private readonly AtLineReader _reader = new AtLineReader();
    private readonly byte[] _chunk = new byte[ChunkBytesMax];
    private readonly byte[] _data = new byte[DataBytesMax];
    private readonly IAtListener _listener;
    private readonly ModemDialect _dialect;
    private AtMeaning _needs;
    private bool _isOkSeen;
    private bool _isNeedSeen;
    private long _deadlineMs;
    private byte[] _payload;
    private int _payloadBytes;
    private int _dataAnnounced;

    public AtChannel(SerialPort port, ModemDialect dialect, IAtListener listener)
    {
        _port = port;
        _dialect = dialect;
        _listener = listener;
    }

    /// <summary>The line engine's counters.</summary>
    public AtLineReader Reader => _reader;

    /// <summary>Where the command stands.</summary>
    public AtOutcome Outcome { get; private set; }

    /// <summary>Calls to the port that threw.</summary>
    public int PortFailures { get; private set; }

    /// <summary>Sends a command and begins to wait for OK and for what it needs, in either order.</summary>
    public void Begin(AtText command, AtMeaning needs, long deadlineMs)
    {
        _needs = needs;
        _isOkSeen = false;
        _isNeedSeen = needs == AtMeaning.None;
        _payloadBytes = 0;
        _deadlineMs = deadlineMs;
        _payload = null;
        _reader.AwaitPrompt(false);
        _reader.EndEarly(_dialect.DataHeader, _dialect.DataHeaderEnd);
        Outcome = AtOutcome.Running;
        command.Put(_lineEnd);
        Write(command.Bytes, command.Length);
    }

    /// <summary>The same, for a command that prompts for raw bytes; the array must not change until the end.</summary>
    public void BeginSend(AtText command, AtMeaning needs, byte[] payload, int bytes, long deadlineMs)
    {
        Begin(command, needs, deadlineMs);
        _payload = payload;
        _payloadBytes = bytes;
        _reader.AwaitPrompt(true);
    }

    /// <summary>Takes the outcome of a command that has ended; the channel is idle then.</summary>
    public AtOutcome TakeOutcome()
    {
        AtOutcome outcome = Outcome;
        Outcome = AtOutcome.Idle;
        _reader.AwaitPrompt(false);
        return outcome;
    }

    /// <summary>Forgets the command and what came of its answer.</summary>
    public void Abort()
    {
        Outcome = AtOutcome.Idle;
        _payload = null;
        _reader.Reset();
    }

    /// <summary>Changes the rate; what is still in the port's buffer came at the old one.</summary>
    public void SetBaudRate(int baud)
    {
        try
        {
            if (_port.BaudRate == baud)
            {
                return;
            }

            _port.BaudRate = baud;
        }
        catch (Exception)
        {
            PortFailures++;
        }

        _reader.Reset();
    }

    /// <summary>Hears what has come, and ends what has taken too long.</summary>
    public void Poll(long monotonicMs)
    {
        for (int i = 0; i < ChunksPerPollMax; i++)
        {
            int bytes = ReadChunk();
            if (bytes == 0)
            {
                break;
            }

            for (int at = 0; at < bytes; at++)
            {
                Hear(_chunk[at]);
            }
        }

        if (Outcome == AtOutcome.Running && monotonicMs >= _deadlineMs)
        {
            _payload = null;
            _reader.Reset();
            Outcome = AtOutcome.TimedOut;
        }
    }

    private int ReadChunk()
    {
        try
        {
            int bytes = _port.BytesToRead;
            if (bytes > ChunkBytesMax)
            {
                bytes = ChunkBytesMax;
            }

            // The platform's Read waits for as many bytes as it is asked for, so it is asked for what is there.
            return bytes <= 0 ? 0 : _port.Read(_chunk, 0, bytes);
        }
        catch (Exception)
        {
            PortFailures++;
            return 0;
        }
    }

    private void Write(byte[] bytes, int length)
    {
        try
        {
            _port.Write(bytes, 0, length);
        }
        catch (Exception)
        {
            // The command's deadline tells the rest.
            PortFailures++;
        }
    }

    private void Hear(byte next)
    {
        switch (_reader.Feed(next))
        {
            case AtToken.Prompt:
                if (_payload != null)
                {
                    Write(_payload, _payloadBytes);
                    _payload = null;
                }

                break;
            case AtToken.Data:
                _listener.DataReceived(_data, _reader.DataBytes, _dataAnnounced);
                break;
            case AtToken.Line:
                HearLine();
                break;
            default:
                break;
        }
    }

    private void HearLine()
    {
        AtMeaning meaning = _listener.Understand(_reader.Line, _reader.LineBytes);
        if (meaning == AtMeaning.DataFollows)
        {
            _dataAnnounced = _dialect.DataBytes;
            if (_dataAnnounced > AtModem.DatagramBytesAnnouncedMax)
            {
                // No modem sends so much of what it was asked for: a damaged line must not swallow an hour of answers.
                return;
            }

            _reader.TakeData(_dataAnnounced, _data, DataBytesMax);
            return;
        }

        if (Outcome != AtOutcome.Running)
        {
            return;
        }

        if (meaning == AtMeaning.Error)
        {
            Outcome = AtOutcome.Error;
            return;
        }

        if (Refuses(meaning))
        {
            Outcome = AtOutcome.Refused;
            return;
        }

        _isOkSeen |= meaning == AtMeaning.Ok;
        _isNeedSeen |= meaning == _needs;
        if (_isOkSeen && _isNeedSeen && _payload == null)
        {
            Outcome = AtOutcome.Done;
        }
    }

    private bool Refuses(AtMeaning meaning)
    {
        switch (meaning)
        {
            case AtMeaning.ContextDown:
                return _needs == AtMeaning.ContextUp;
            case AtMeaning.SocketRefused:
                return _needs == AtMeaning.SocketOpen || _needs == AtMeaning.Resolved;
            case AtMeaning.SendRefused:
                return _payloadBytes > 0;
            case AtMeaning.SimLocked:
                return _needs == AtMeaning.SimReady;
            default:
                return false;
        }
    }
}
