using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Runs the self-test, an event for each step and one at the end.</summary>
public sealed class SelfTestCommand : BenchCommand
{
    private readonly ISelfTestRun _run;
    private bool _running;
    private int _passed;
    private int _failed;

    /// <param name="run">The self-test, or null where there is none.</param>
    public SelfTestCommand(ISelfTestRun run)
    {
        _run = run;
    }

    public override string Name => "self-test";

    public override string Usage => "";

    public override bool IsRunning => _running;

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (_run == null)
        {
            reply.Fail(BenchError.NotFitted, "this unit has no self-test");
            return;
        }

        if (_running)
        {
            reply.Fail(BenchError.Busy, "the self-test is running");
            return;
        }

        _run.Begin();
        _running = true;
        _passed = 0;
        _failed = 0;
        reply.Ok();
    }

    public override bool Advance(long monotonicMs, JsonWriter line)
    {
        line.Field("event", "self-test");
        if (!_run.RunStep())
        {
            _running = false;
            line.Field("done", true);
            line.Field("passed", (long)_passed);
            line.Field("failed", (long)_failed);
            return true;
        }

        if (_run.StepPassed)
        {
            _passed++;
        }
        else
        {
            _failed++;
        }

        line.Field("step", _run.StepName);
        line.Field("pass", _run.StepPassed);
        line.Field("ms", (long)_run.StepMs);
        line.Field("detail", _run.StepDetail);
        return true;
    }
}
