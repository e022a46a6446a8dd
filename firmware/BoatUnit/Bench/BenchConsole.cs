using System;
using System.Collections;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>
/// The technician's console: requests and replies as JSON, a line each. Polled; it never waits. Whoever holds the cable
/// holds the unit, so nobody logs in: everything can be set, and nothing secret can be read. docs/bench-console.md is its
/// description.
/// </summary>
/// <remarks>
/// One line of output at a time: while it leaves, nothing is read, so that the sender waits and no reply is lost. What
/// comes meanwhile stands in the driver's buffer, which holds the longest request, and then is lost, which garbles a line and
/// nothing else.
/// </remarks>
public sealed class BenchConsole
{
    /// <summary>The longest request: a whole configuration and what is around it.</summary>
    public const int RequestBytesMax = ConfigStore.TextBytesMax + 128;

    /// <summary>The longest reply.</summary>
    public const int ReplyBytesMax = ConfigStore.TextBytesMax + 512;

    /// <summary>Bytes that are read and written in one poll: in 10 ms, the shortest turn of the loop, 115,200 baud carry 115.</summary>
    public const int ChunkBytes = 96;

    /// <summary>Commands that one console takes.</summary>
    public const int CommandsMax = 16;

    private readonly IBenchPort _port;
    private readonly BenchCommand[] _commands;
    private readonly byte[] _line = new byte[RequestBytesMax];
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly JsonWriter _out = new JsonWriter(ReplyBytesMax);
    private readonly BenchRequest _request = new BenchRequest();
    private readonly BenchReply _reply;

    private int _lineBytes;
    private bool _lineTooLong;
    private int _chunkAt;
    private int _chunkEnd;
    private int _sent;
    private int _turn;
    private long _requestAtMs = UtcTime.Unknown;

    /// <param name="port">The wires.</param>
    /// <param name="commands">What it can do, "help" excepted.</param>
    public BenchConsole(IBenchPort port, BenchCommand[] commands)
    {
        if (port == null || commands == null)
        {
            throw new ArgumentNullException(nameof(port));
        }

        if (commands.Length >= CommandsMax)
        {
            throw new ArgumentException("CommandsMax commands, help included.", nameof(commands));
        }

        _port = port;
        _reply = new BenchReply(_out);
        _commands = new BenchCommand[commands.Length + 1];
        Array.Copy(commands, 0, _commands, 0, commands.Length);
        _commands[commands.Length] = new HelpCommand(_commands);
    }

    /// <summary>Requests that were done.</summary>
    public int Done { get; private set; }

    /// <summary>Lines that were answered with an error.</summary>
    public int Refused { get; private set; }

    /// <summary>Lines passed over: the console's own, come back from a terminal that echoes.</summary>
    public int Echoes { get; private set; }

    /// <summary>Whether there was a request, of whatever kind, within so many milliseconds.</summary>
    public bool IsInUse(long monotonicMs, int withinMs)
    {
        return _requestAtMs != UtcTime.Unknown && monotonicMs - _requestAtMs < withinMs;
    }

    /// <summary>The loop's turn.</summary>
    public void Poll(long monotonicMs)
    {
        if (Sending())
        {
            return;
        }

        if (!TakeLine())
        {
            Advance(monotonicMs);
            return;
        }

        Answer(monotonicMs);
        Array.Clear(_line, 0, _lineBytes);
        _lineBytes = 0;
        _lineTooLong = false;
    }

    // Whether there is still something to send after this turn's chunk.
    private bool Sending()
    {
        int left = _out.Length - _sent;
        if (left == 0)
        {
            return false;
        }

        int count = left < ChunkBytes ? left : ChunkBytes;
        _port.Write(_out.Buffer, _sent, count);
        _sent += count;
        if (_sent == _out.Length)
        {
            _out.Clear();
            _sent = 0;
        }

        return true;
    }

    // Whether a line is complete.
    private bool TakeLine()
    {
        if (_chunkAt == _chunkEnd)
        {
            _chunkAt = 0;
            _chunkEnd = _port.Read(_chunk, 0, ChunkBytes);
        }

        while (_chunkAt < _chunkEnd)
        {
            byte c = _chunk[_chunkAt];
            _chunk[_chunkAt++] = 0;
            if (c == '\n' || c == '\r')
            {
                if (_lineBytes > 0 || _lineTooLong)
                {
                    return true;
                }
            }
            else if (_lineBytes < RequestBytesMax)
            {
                _line[_lineBytes++] = c;
            }
            else
            {
                _lineTooLong = true;
            }
        }

        return false;
    }

    private void Answer(long monotonicMs)
    {
        if (_lineTooLong)
        {
            Fail(BenchRequest.NoId, BenchError.TooLong, "a request has at most " + RequestBytesMax.ToString() + " bytes");
            return;
        }

        Hashtable fields = JsonReader.Read(_line, 0, _lineBytes, out JsonRefusal refusal);
        if (fields == null)
        {
            if (refusal != JsonRefusal.Empty)
            {
                Fail(BenchRequest.NoId, BenchError.NotJson, JsonReader.Reason(refusal));
            }

            return;
        }

        if (!fields.Contains("cmd") && (fields.Contains("ok") || fields.Contains("event")))
        {
            // Answering it would make an endless conversation with an echo.
            Echoes++;
            return;
        }

        _requestAtMs = monotonicMs;
        _request.Take(fields, monotonicMs);
        Run();
        _request.Forget();
    }

    private void Run()
    {
        string name = _request.Text("cmd");
        if (name == null)
        {
            Fail(_request.Id, BenchError.NoCommand, "\"cmd\" names a command; help lists them");
            return;
        }

        BenchCommand command = Find(name);
        if (command == null)
        {
            Fail(_request.Id, BenchError.UnknownCommand, "no command is called " + Short(name) + "; help lists them");
            return;
        }

        _reply.Begin(_request.Id);
        try
        {
            command.Run(_request, _reply);
        }
        catch (Exception e)
        {
            // A command's own defect must not end a unit at sea. Its message may quote a secret.
            Fail(_request.Id, BenchError.Failed, e.GetType().FullName);
            return;
        }

        if (!_reply.IsWritten)
        {
            throw new InvalidOperationException("A command replies.");
        }

        _reply.End();
        if (_out.Overflowed)
        {
            Fail(_request.Id, BenchError.TooLong, "the reply has more than " + ReplyBytesMax.ToString() + " bytes");
            return;
        }

        Done++;
    }

    private void Fail(long id, BenchError error, string reason)
    {
        Refused++;
        _reply.Begin(id);
        _reply.Fail(error, reason);
        _reply.End();
    }

    // Commands that are running take turns.
    private void Advance(long monotonicMs)
    {
        for (int i = 0; i < _commands.Length; i++)
        {
            BenchCommand command = _commands[_turn];
            _turn = (_turn + 1) % _commands.Length;
            if (!command.IsRunning)
            {
                continue;
            }

            _out.Clear();
            _out.BeginObject();
            bool told = command.Advance(monotonicMs, _out);
            _out.EndObject();
            _out.EndLine();
            if (told && !_out.Overflowed)
            {
                return;
            }

            _out.Clear();
        }
    }

    private BenchCommand Find(string name)
    {
        for (int i = 0; i < _commands.Length; i++)
        {
            if (_commands[i].Name == name)
            {
                return _commands[i];
            }
        }

        return null;
    }

    private static string Short(string name)
    {
        const int ShownMax = 24;
        return name.Length > ShownMax ? new string(name.ToCharArray(0, ShownMax)) + "..." : name;
    }
}
