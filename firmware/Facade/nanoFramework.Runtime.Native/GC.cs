using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Runtime.Native;

/// <summary>The platform's heap.</summary>
public static class GC
{
    /// <summary>Collects, and returns the free bytes. The simulated board says how many that are.</summary>
    public static uint Run(bool compactHeap) => BoardWires.Current.Find<IResetLine>(IResetLine.Place)?.FreeBytes ?? 0;
}
