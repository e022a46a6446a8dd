using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Tells the notes that are kept, an event each, and one at the end.</summary>
public sealed class LogCommand : BenchCommand
{
    private readonly EventLog _log;
    private readonly LogEntry _entry = new LogEntry();
    private bool _running;
    private long _next;
    private long _last;
    private long _told;

    public LogCommand(EventLog log)
    {
        _log = log;
    }

    public override string Name => "log";

    public override string Usage => "from?";

    public override bool IsRunning => _running;

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (_running)
        {
            reply.Fail(BenchError.Busy, "the log is being told");
            return;
        }

        long from = 1;
        if (request.Has("from") && !request.TryNumber("from", 1, long.MaxValue, out from))
        {
            reply.Fail(BenchError.BadField, "from: a note's number, from 1 on");
            return;
        }

        // What is noted while it is being told waits for the next time, so that it ends.
        _next = from;
        _last = _log.LastNumber;
        _told = 0;
        _running = true;
        reply.Ok().Field("last", _last);
    }

    public override bool Advance(long monotonicMs, JsonWriter line)
    {
        line.Field("event", "log");
        if (_next > _last || !_log.TryRead(_next, _entry) || _entry.Number > _last)
        {
            _running = false;
            line.Field("done", true);
            line.Field("told", _told);
            return true;
        }

        _next = _entry.Number + 1;
        _told++;
        line.Field("number", _entry.Number);
        line.Field("atMs", _entry.AtMs);
        line.Field("code", (long)(int)_entry.Event);
        line.Field("value", (long)_entry.Value);
        line.Field("text", _entry.Text);
        return true;
    }
}
