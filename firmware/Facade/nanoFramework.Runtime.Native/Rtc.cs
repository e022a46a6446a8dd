using System;
using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Runtime.Native;

/// <summary>The platform's wall clock.</summary>
public static class Rtc
{
    /// <summary>Sets it, to the second.</summary>
    public static bool SetSystemTime(DateTime time)
    {
        BoardWires.Current.Connect(PlatformClock.Place, new PlatformClock(time));
        return true;
    }
}
