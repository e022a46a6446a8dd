using System;
using System.Threading;
using BoatTelemetry.BoatUnit.Wiring;

namespace BoatTelemetry.BoatUnit;

/// <summary>
/// Power-on: 1 what the unit stands on, 2 the unit itself, 3 a watch over its loop, 4 the loop. It ends by a reset only.
/// </summary>
public static class Program
{
    private const int WatchEveryMs = 1_000;

    // A unit that cannot be made is tried again, slowly enough for the bench console's cable to be of use.
    private const int StartAgainMs = 10_000;

    public static void Main()
    {
        UnitPlatform platform = UnitPlatform.OfDevice();
        Unit unit = null;
        Timer watch = null;
        try
        {
            unit = new Unit(platform);
            watch = new Timer(state => unit.Supervisor.Watch(platform.Clock.MonotonicMs), null, WatchEveryMs, WatchEveryMs);
            while (true)
            {
                unit.Step();
                Thread.Sleep(Unit.StepMs);
            }
        }
        catch (Exception e)
        {
            // Recorded and started again: a unit that stands still helps nobody.
            if (unit == null)
            {
                Thread.Sleep(StartAgainMs);
                platform.Reboot.Reboot();
                return;
            }

            if (watch != null)
            {
                watch.Dispose();
            }

            try
            {
                unit.Supervisor.Crash(e, "main loop", platform.Clock.MonotonicMs);
            }
            catch (Exception)
            {
                // Not even its record could be made, as where memory has run out.
                platform.Reboot.Reboot();
            }
        }
    }
}
