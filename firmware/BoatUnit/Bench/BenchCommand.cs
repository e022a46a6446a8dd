using System.Collections;
using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>One command of the bench console: one request, one reply, and where it says so events that follow.</summary>
public abstract class BenchCommand
{
    /// <summary>What "cmd" calls it.</summary>
    public abstract string Name { get; }

    /// <summary>What it takes, for help.</summary>
    public abstract string Usage { get; }

    /// <summary>Whether events are still to come.</summary>
    public virtual bool IsRunning => false;

    /// <summary>Answers at once; what takes longer is begun and goes on in <see cref="Advance"/>.</summary>
    public abstract void Run(BenchRequest request, BenchReply reply);

    /// <summary>A command that is running takes a step. True if it has an event to tell, which it has written.</summary>
    public virtual bool Advance(long monotonicMs, JsonWriter line)
    {
        return false;
    }
}

/// <summary>What was asked. Made once.</summary>
public sealed class BenchRequest
{
    private Hashtable _fields;

    /// <summary>When, milliseconds.</summary>
    public long MonotonicMs { get; private set; }

    /// <summary>The number that came with it, to be given back; or <see cref="NoId"/>.</summary>
    public long Id { get; private set; }

    /// <summary>There was no id, or none that is a whole number.</summary>
    public const long NoId = long.MinValue;

    /// <summary>Whether the field is there.</summary>
    public bool Has(string name)
    {
        return _fields.Contains(name);
    }

    /// <summary>What JSON had for the field; null if it is not there.</summary>
    public object Value(string name)
    {
        return _fields[name];
    }

    /// <summary>The field as text; null if it is none.</summary>
    public string Text(string name)
    {
        return _fields[name] as string;
    }

    /// <summary>The field as a whole number in a range.</summary>
    public bool TryNumber(string name, long min, long max, out long number)
    {
        number = 0;
        object value = _fields[name];
        if (value is int)
        {
            number = (int)value;
        }
        else if (value is long)
        {
            number = (long)value;
        }
        else
        {
            return false;
        }

        return number >= min && number <= max;
    }

    internal void Take(Hashtable fields, long monotonicMs)
    {
        _fields = fields;
        MonotonicMs = monotonicMs;
        Id = TryNumber("id", 0, long.MaxValue, out long id) ? id : NoId;
    }

    internal void Forget()
    {
        _fields = null;
    }
}

/// <summary>What is wrong with a request; the words of "error".</summary>
public enum BenchError
{
    /// <summary>The line is no JSON object.</summary>
    NotJson = 0,

    /// <summary>The line is longer than the console takes, or the reply than it gives.</summary>
    TooLong,

    /// <summary>There is no "cmd".</summary>
    NoCommand,
    UnknownCommand,

    /// <summary>A field is missing or has a value that it cannot have.</summary>
    BadField,

    /// <summary>The configuration is not valid.</summary>
    Refused,

    /// <summary>It is running already.</summary>
    Busy,

    /// <summary>The flash did not take it.</summary>
    NotStored,

    /// <summary>The unit has no such part.</summary>
    NotFitted,

    /// <summary>The command itself failed.</summary>
    Failed,
}

/// <summary>The reply that is being written.</summary>
public sealed class BenchReply
{
    private readonly JsonWriter _line;

    internal BenchReply(JsonWriter line)
    {
        _line = line;
    }

    /// <summary>Whether <see cref="Ok"/> or <see cref="Fail"/> was called.</summary>
    internal bool IsWritten { get; private set; }

    /// <summary>It was done: what it has to say is written into what this returns.</summary>
    public JsonWriter Ok()
    {
        IsWritten = true;
        _line.Field("ok", true);
        return _line;
    }

    /// <summary>It was not done.</summary>
    public void Fail(BenchError error, string reason)
    {
        IsWritten = true;
        _line.Field("ok", false);
        _line.Field("error", Word(error));
        _line.Field("reason", reason);
    }

    internal void Begin(long id)
    {
        IsWritten = false;
        _line.Clear();
        _line.BeginObject();
        if (id == BenchRequest.NoId)
        {
            _line.Field("id", (string)null);
        }
        else
        {
            _line.Field("id", id);
        }
    }

    internal void End()
    {
        _line.EndObject();
        _line.EndLine();
    }

    private static string Word(BenchError error)
    {
        switch (error)
        {
            case BenchError.NotJson:
                return "not-json";
            case BenchError.TooLong:
                return "too-long";
            case BenchError.NoCommand:
                return "no-command";
            case BenchError.UnknownCommand:
                return "unknown-command";
            case BenchError.BadField:
                return "bad-field";
            case BenchError.Refused:
                return "refused";
            case BenchError.Busy:
                return "busy";
            case BenchError.NotStored:
                return "not-stored";
            case BenchError.NotFitted:
                return "not-fitted";
            default:
                return "failed";
        }
    }
}
