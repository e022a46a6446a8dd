namespace BoatTelemetry.Facade.Wires;

/// <summary>A line at an input of the chip's own converter. Place: <c>ADC0</c> for channel 0 of the controller.</summary>
public sealed class AnalogLine
{
    /// <summary>What stands at the pin.</summary>
    public int Millivolts { get; set; }

    /// <summary>What the converter reads as its greatest count.</summary>
    public int FullScaleMv { get; set; } = 3_300;

    /// <summary>The converter does not answer.</summary>
    public bool IsBroken { get; set; }
}
