using BoatTelemetry.Simulator.Sea;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Simulator;

public sealed class PatrolBoatTests(ITestOutputHelper output)
{
    private const int DayS = 86_400;

    [Fact]
    public void Step_SameSeed_SameVoyage()
    {
        var seed = Seed.New(output).Next();
        var (one, other) = (new PatrolBoat(PatrolRoute.RiauIslands, seed), new PatrolBoat(PatrolRoute.RiauIslands, seed));
        for (var second = 0; second < 10_000; second++)
        {
            one.Step();
            other.Step();
            Assert.Equal(one.State, other.State);
        }
    }

    [Fact]
    public void Step_OneDay_MovesAsItsSpeedSaysAndStaysNearItsRoute()
    {
        var boat = new PatrolBoat(PatrolRoute.RiauIslands, Seed.New(output).Next());
        var wayM = 0.0;
        for (var second = 0; second < DayS; second++)
        {
            var before = boat.State;
            boat.Step();
            var stepM = before.Position.DistanceToM(boat.State.Position);
            wayM += stepM;

            // The haversine's earth and the nautical mile differ by 0.3 %.
            Assert.Equal(boat.State.SpeedKn * GeoPoint.MetresPerNauticalMile / 3600, stepM, 0.2);
            Assert.InRange(boat.State.SpeedKn - before.SpeedKn, -0.31, 0.31);
            Assert.InRange(Math.Abs(Math.IEEERemainder(boat.State.CourseDeg - before.CourseDeg, 360)), 0, 3.001);
            Assert.InRange(boat.State.Position.LatitudeDeg, 0.85, 1.30);
            Assert.InRange(boat.State.Position.LongitudeDeg, 104.05, 104.42);
        }

        Assert.InRange(wayM, 100_000, 1_200_000);
    }

    [Fact]
    public void Step_OneDay_StopsAndGoesOn()
    {
        var boat = new PatrolBoat(PatrolRoute.RiauIslands, Seed.New(output).Next());
        var stops = 0;
        var slowS = 0;
        var wasStopping = false;
        for (var second = 0; second < DayS; second++)
        {
            boat.Step();
            stops += boat.Stopping && !wasStopping ? 1 : 0;
            slowS += boat.State.SpeedKn < 1 ? 1 : 0;
            wasStopping = boat.Stopping;
        }

        Assert.InRange(stops, 10, 200);
        Assert.InRange(slowS, 600, DayS / 2);
    }
}
