using System;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Sensors;

/// <summary>Which readings nobody can rely on; a bit each. Only what is fitted can be at fault.</summary>
[Flags]
public enum SensorFaults
{
    None = 0,
    Supply = 0x0001,
    SupplyCurrent = 0x0002,
    Battery = 0x0004,
    BatteryCurrent = 0x0008,
    Temperature = 0x0010,
    Humidity = 0x0020,
    Pressure = 0x0040,
    BilgeLevel = 0x0080,
    Engine1 = 0x0100,
    Engine2 = 0x0200,
    BoardTemperature = 0x0400,
    WallClock = 0x0800,

    /// <summary>The chip that switches the rails and charges the battery.</summary>
    PowerChip = 0x1000,

    /// <summary>The SOS button has been down for longer than anyone holds it.</summary>
    SosButton = 0x2000,

    /// <summary>The man-overboard button likewise.</summary>
    ManOverboardButton = 0x4000,
}

/// <summary>Sensor faults in the two bits that a status frame has for them.</summary>
public static class SensorFaultBits
{
    private const SensorFaults OfPower = SensorFaults.Supply | SensorFaults.SupplyCurrent | SensorFaults.Battery
        | SensorFaults.BatteryCurrent | SensorFaults.PowerChip;

    /// <summary>
    /// One bit for power and one for every other sensor: which one it is shows in the value that the long status tells
    /// as unknown, and in full on the bench console.
    /// </summary>
    public static UnitFaults ToUnitFaults(SensorFaults faults)
    {
        const SensorFaults None = SensorFaults.None;
        UnitFaults told = (faults & OfPower) != None ? UnitFaults.PowerSensor : UnitFaults.None;
        return (faults & ~OfPower) != None ? told | UnitFaults.EnvironmentSensor : told;
    }
}
