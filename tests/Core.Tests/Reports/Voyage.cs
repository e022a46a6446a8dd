using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Tests.Reports;

/// <summary>A boat that is steered by the test, one fix a second, through a <see cref="ReportingUnit"/>.</summary>
internal sealed class Voyage(ReportingUnit unit)
{
    private double _northM;
    private double _eastM;

    public long UtcMs { get; private set; } = ReportingUnit.StartUtcMs;

    public double Knots { get; set; }

    public double Course { get; set; }

    /// <summary>Noise of the receiver: how far, and from where; none without a generator.</summary>
    public (double Metres, Random? Random) Noise { get; set; }

    /// <summary>Every frame that was sent: the second since the beginning, and why.</summary>
    public List<(int Second, LiveReason Reason)> Sent { get; } = [];

    public List<Fix> Fixes { get; } = [];

    public int Second { get; private set; }

    public IEnumerable<LiveReason> Reasons => Sent.Select(sent => sent.Reason);

    public void Sail(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            var metres = Knots * 1852 / 3600;
            _northM += metres * Math.Cos(Course * Math.PI / 180);
            _eastM += metres * Math.Sin(Course * Math.PI / 180);
            Step();
        }
    }

    /// <summary>The boat, or its receiver, is elsewhere at once.</summary>
    public void Shift(double northM, double eastM) => (_northM, _eastM) = (_northM + northM, _eastM + eastM);

    /// <summary>Time without fixes.</summary>
    public void Wait(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Second++;
            UtcMs += 1000;
            unit.Clock.Advance(1000);
            unit.Poll();
        }
    }

    private void Step()
    {
        Wait(1);
        var fix = ReportingUnit.FixAt(UtcMs, _northM + NoiseM(), _eastM + NoiseM(), Knots, Course);
        fix.ReceivedMonotonicMs = unit.Clock.MonotonicMs;
        var generation = unit.Slot.Generation;
        unit.Fixes.OnFix(fix);
        Fixes.Add(fix);
        if (unit.Slot.Generation != generation)
            Sent.Add((Second, unit.Schedule.LastReason));
    }

    private double NoiseM() => Noise.Random is null ? 0 : Noise.Metres * ((Noise.Random.NextDouble() * 2) - 1);
}
