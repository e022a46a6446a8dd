using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Starts the unit anew, as soon as the reply is out.</summary>
public sealed class RebootCommand : BenchCommand
{
    private readonly Supervisor _supervisor;

    public RebootCommand(Supervisor supervisor)
    {
        _supervisor = supervisor;
    }

    public override string Name => "reboot";

    public override string Usage => "";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        _supervisor.RequestReboot(RebootReason.Console, request.MonotonicMs);
        reply.Ok().Field("rebooting", true);
    }
}
