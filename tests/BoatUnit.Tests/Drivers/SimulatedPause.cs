using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>Waits by letting the simulated time go by, and adds up how long.</summary>
internal sealed class SimulatedPause(SimulatedTime time) : IChipPause
{
    public long WaitedUs { get; private set; }

    public void WaitUs(int us)
    {
        WaitedUs += us;
        time.AdvanceUs(us);
    }
}
