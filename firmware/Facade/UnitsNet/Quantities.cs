namespace UnitsNet;

/// <summary>Of the quantities that the bindings tell, what the unit reads; each is made by a binding.</summary>
public readonly struct Temperature
{
    internal Temperature(double degreesCelsius) => DegreesCelsius = degreesCelsius;

    public double DegreesCelsius { get; }
}

public readonly struct RelativeHumidity
{
    internal RelativeHumidity(double percent) => Percent = percent;

    public double Percent { get; }
}

public readonly struct Pressure
{
    internal Pressure(double pascals) => Pascals = pascals;

    public double Pascals { get; }
}

public readonly struct ElectricPotential
{
    private readonly double _volts;

    private ElectricPotential(double volts) => _volts = volts;

    public double Millivolts => _volts * 1e3;

    public double Microvolts => _volts * 1e6;

    public static ElectricPotential FromVolts(double value) => new(value);
}

public readonly struct ElectricCurrent
{
    internal ElectricCurrent(double milliamperes) => Milliamperes = milliamperes;

    public double Milliamperes { get; }
}
