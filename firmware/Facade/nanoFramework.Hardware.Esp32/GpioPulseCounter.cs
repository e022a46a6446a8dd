using System.Threading;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Gpio;

public enum GpioPulsePolarity
{
    Both = 0,
    Falling = 1,
    Rising = 2,
}

/// <summary>A count and when it was read.</summary>
public struct GpioPulseCount
{
    public long Count;
    public TimeSpan RelativeTime;
}

/// <summary>
/// The chip's pulse counter (PCNT), in the assembly nanoFramework.Hardware.Esp32. Its source spells the name with a
/// U+200B in it, which the C# language drops from identifiers (ECMA-334, 6.4.3), here as there.
/// </summary>
public class GpioPulseCounter : IDisposable
{
    private readonly GpioLine _line;
    private long _count;
    private bool _isStarted;

    /// <param name="pinNumberA">The pin that pulses.</param>
    /// <param name="pinNumberB">The second pin of a quadrature encoder, or -1.</param>
    public GpioPulseCounter(int pinNumberA, int pinNumberB)
    {
        if (pinNumberB != -1)
            throw new NotSupportedException("The facade counts one pin.");

        _line = GpioLine.Of(BoardWires.Current, pinNumberA);
        _line.Changed += Changed;
    }

    public GpioPulsePolarity Polarity { get; set; }

    /// <summary>Pulses shorter than so many cycles of the 80 MHz bus clock are dropped, 1 to 1,023.</summary>
    public ushort FilterPulses { get; set; }

    public void Start() => _isStarted = true;

    public void Stop() => _isStarted = false;

    public GpioPulseCount Read() => new() { Count = Interlocked.Read(ref _count) };

    public void Dispose()
    {
        _line.Changed -= Changed;
        GC.SuppressFinalize(this);
    }

    private void Changed(bool isHigh)
    {
        var counts = Polarity == GpioPulsePolarity.Both || isHigh == (Polarity == GpioPulsePolarity.Rising);
        if (_isStarted && counts)
            Interlocked.Increment(ref _count);
    }
}
