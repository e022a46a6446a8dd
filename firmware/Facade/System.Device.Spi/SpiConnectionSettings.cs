namespace System.Device.Spi;

public enum SpiMode
{
    Mode0 = 0,
    Mode1 = 1,
    Mode2 = 2,
    Mode3 = 3,
}

public enum DataFlow
{
    MsbFirst = 0,
    LsbFirst = 1,
}

/// <summary>How to speak to one chip on a bus.</summary>
public sealed class SpiConnectionSettings
{
    public SpiConnectionSettings(int busId, int chipSelectLine)
    {
        BusId = busId;
        ChipSelectLine = chipSelectLine;
    }

    public int BusId { get; set; }

    public int ChipSelectLine { get; set; }

    public int ClockFrequency { get; set; } = 500_000;

    public SpiMode Mode { get; set; } = SpiMode.Mode0;

    public DataFlow DataFlow { get; set; } = DataFlow.MsbFirst;
}
