using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Switches the live view of the sensors on and off: an event each so often.</summary>
public sealed class SensorsCommand : BenchCommand
{
    /// <summary>As often as it goes, milliseconds.</summary>
    public const int IntervalMinMs = 200;

    /// <summary>As seldom as it goes, milliseconds.</summary>
    public const int IntervalMaxMs = 60_000;

    private const int IntervalDefaultMs = 1_000;

    private readonly IBenchView _view;
    private bool _running;
    private long _nextMs;
    private long _intervalMs;

    /// <param name="view">The sensors, or null where there are none.</param>
    public SensorsCommand(IBenchView view)
    {
        _view = view;
    }

    public override string Name => "sensors";

    public override string Usage => "on, intervalMs?";

    public override bool IsRunning => _running;

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (_view == null)
        {
            reply.Fail(BenchError.NotFitted, "this unit has no sensors");
            return;
        }

        if (!(request.Value("on") is bool))
        {
            reply.Fail(BenchError.BadField, "on: true or false");
            return;
        }

        long intervalMs = IntervalDefaultMs;
        if (request.Has("intervalMs") && !request.TryNumber("intervalMs", IntervalMinMs, IntervalMaxMs, out intervalMs))
        {
            reply.Fail(
                BenchError.BadField,
                "intervalMs: a whole number from " + IntervalMinMs.ToString() + " to " + IntervalMaxMs.ToString());
            return;
        }

        _running = (bool)request.Value("on");
        _intervalMs = intervalMs;
        _nextMs = request.MonotonicMs;
        JsonWriter line = reply.Ok();
        line.Field("on", _running);
        line.Field("intervalMs", intervalMs);
    }

    public override bool Advance(long monotonicMs, JsonWriter line)
    {
        if (monotonicMs < _nextMs)
        {
            return false;
        }

        _nextMs = monotonicMs + _intervalMs;
        line.Field("event", "sensors");
        line.Field("atMs", monotonicMs);
        _view.Write(line);
        return true;
    }
}
