using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// A push button or switch to ground on a line with a pull-up, with the bounce of real contacts: a burst of edges at each
/// change. Time is the test's: each edge moves it forward before the line is driven.
/// </summary>
public sealed class SimulatedContact
{
    private readonly GpioLine _line;
    private readonly Action<int> _advanceMs;

    /// <param name="line">The line; it goes high (open) here.</param>
    /// <param name="advanceMs">Moves the clock forward.</param>
    public SimulatedContact(GpioLine line, Action<int> advanceMs)
    {
        ArgumentNullException.ThrowIfNull(line);
        _line = line;
        _advanceMs = advanceMs;
        line.Drive(true);
    }

    /// <summary>Edges of bounce at each change; even, so that the contact ends where it was going.</summary>
    public int BounceEdges { get; set; } = 6;

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed => !_line.IsHigh;

    /// <summary>Closes it, with bounce of a millisecond an edge.</summary>
    public void Close() => Change(closed: true);

    /// <summary>Opens it, likewise.</summary>
    public void Open() => Change(closed: false);

    /// <summary>Closes it for so long, bounce included, and opens it.</summary>
    public void Press(int heldMs)
    {
        Close();
        _advanceMs(Math.Max(0, heldMs - BounceEdges));
        Open();
    }

    private void Change(bool closed)
    {
        _line.Drive(!closed);
        for (var edge = 0; edge < BounceEdges; edge++)
        {
            _advanceMs(1);
            _line.Drive(edge % 2 == 0 ? closed : !closed);
        }
    }
}

/// <summary>A rotary switch: two contacts in quadrature.</summary>
public sealed class SimulatedRotary
{
    private static readonly (bool A, bool B)[] _quarters = [(true, false), (false, false), (false, true), (true, true)];

    private readonly GpioLine _a;
    private readonly GpioLine _b;

    /// <param name="a">Both lines rest high.</param>
    /// <param name="b">See <paramref name="a"/>.</param>
    public SimulatedRotary(GpioLine a, GpioLine b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        _a = a;
        _b = b;
        a.Drive(true);
        b.Drive(true);
    }

    /// <summary>Turns by so many detents, clockwise positive, each contact bouncing once.</summary>
    public void Turn(int detents)
    {
        for (var detent = 0; detent < Math.Abs(detents); detent++)
        {
            for (var quarter = 0; quarter < 4; quarter++)
            {
                // Counter-clockwise passes the same states the other way and ends at rest.
                var (a, b) = _quarters[detents > 0 ? quarter : (6 - quarter) % 4];
                Drive(_a, a);
                Drive(_b, b);
            }
        }
    }

    private static void Drive(GpioLine line, bool high)
    {
        if (line.IsHigh == high)
            return;

        line.Drive(high);
        line.Drive(!high);
        line.Drive(high);
    }
}

/// <summary>An engine's pulse sensor.</summary>
public sealed class SimulatedEngine
{
    private readonly GpioLine _line;
    private readonly int _pulsesPerHundredRevolutions;
    private long _owed;

    /// <param name="line">The line that it pulls.</param>
    /// <param name="pulsesPerHundredRevolutions">Pulses for each hundred turns.</param>
    public SimulatedEngine(GpioLine line, int pulsesPerHundredRevolutions)
    {
        ArgumentNullException.ThrowIfNull(line);
        _line = line;
        _pulsesPerHundredRevolutions = pulsesPerHundredRevolutions;
        line.Drive(false);
    }

    /// <summary>Revolutions a minute.</summary>
    public int Rpm { get; set; }

    /// <summary>Gives the pulses of so many milliseconds.</summary>
    public void Run(int milliseconds)
    {
        const long MsTimesHundredPerMinute = 6_000_000;
        _owed += (long)Rpm * _pulsesPerHundredRevolutions * milliseconds;
        for (; _owed >= MsTimesHundredPerMinute; _owed -= MsTimesHundredPerMinute)
        {
            _line.Drive(true);
            _line.Drive(false);
        }
    }
}
