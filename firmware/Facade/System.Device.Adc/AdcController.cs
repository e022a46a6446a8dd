using System.Globalization;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Adc;

/// <summary>What every converter has.</summary>
public abstract class AdcControllerBase
{
    public abstract int MaxValue { get; }

    public abstract AdcChannel OpenChannel(int channelNumber);
}

/// <summary>The chip's own converter: 12 bits on the ESP32 and the ESP32-S3.</summary>
public class AdcController : AdcControllerBase
{
    private readonly BoardWires _board = BoardWires.Current;

    public override int MaxValue => 4_095;

    public override AdcChannel OpenChannel(int channelNumber) => new(_board, channelNumber, MaxValue);
}

/// <summary>What every channel has.</summary>
public abstract class AdcChannelBase
{
    public abstract int ReadValue();
}

/// <summary>A channel; nothing connected reads as zero.</summary>
public class AdcChannel : AdcChannelBase, IDisposable
{
    private readonly BoardWires _board;
    private readonly string _place;
    private readonly int _maxValue;

    internal AdcChannel(BoardWires board, int channelNumber, int maxValue)
    {
        _board = board;
        _place = string.Create(CultureInfo.InvariantCulture, $"ADC{channelNumber}");
        _maxValue = maxValue;
    }

    /// <exception cref="InvalidOperationException">The converter does not answer.</exception>
    public override int ReadValue()
    {
        var line = _board.Find<AnalogLine>(_place);
        if (line is null)
            return 0;

        if (line.IsBroken)
            throw new InvalidOperationException($"{_place} does not answer.");

        return Math.Clamp(line.Millivolts * _maxValue / line.FullScaleMv, 0, _maxValue);
    }

    public void Dispose() => GC.SuppressFinalize(this);
}
