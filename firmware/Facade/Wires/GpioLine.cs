using System;
using System.Threading;

namespace BoatTelemetry.Facade.Wires;

/// <summary>One line of a board: a level that either side drives. A line that nobody has connected is made when it is opened.</summary>
public sealed class GpioLine
{
    private readonly Lock _gate = new();
    private bool _isHigh;

    /// <summary>The level now.</summary>
    public bool IsHigh
    {
        get
        {
            lock (_gate)
            {
                return _isHigh;
            }
        }
    }

    /// <summary>Told of each change of level, on the thread that made it, as an interrupt is.</summary>
    public event Action<bool>? Changed;

    /// <summary>Drives the line from outside or from the unit.</summary>
    public void Drive(bool high)
    {
        lock (_gate)
        {
            if (_isHigh == high)
                return;

            _isHigh = high;
        }

        Changed?.Invoke(high);
    }

    /// <summary>The line of a pin of a board.</summary>
    public static GpioLine Of(BoardWires board, int pinNumber)
    {
        ArgumentNullException.ThrowIfNull(board);
        var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"GPIO{pinNumber}");
        var line = board.Find<GpioLine>(place);
        if (line is null)
        {
            line = new GpioLine();
            board.Connect(place, line);
        }

        return line;
    }
}
