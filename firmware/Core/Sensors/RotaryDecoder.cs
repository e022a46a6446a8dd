using System.Threading;

namespace BoatTelemetry.Core.Sensors;

/// <summary>
/// A rotary switch with two contacts in quadrature. Its edges come from interrupts; a step that the contacts cannot make
/// (both changed: bounce, or an edge was lost) counts nothing, and bounce of one contact cancels itself out.
/// </summary>
public sealed class RotaryDecoder
{
    /// <summary>Steps between two detents that are kept until the loop takes them.</summary>
    public const int DetentsMax = 100;

    private const int StepsPerDetent = 4;

    // Index: state before x 4 + state after, state = A x 2 + B. One way round is 00 01 11 10.
    private static readonly sbyte[] _steps =
    {
        0, 1, -1, 0,
        -1, 0, 0, 1,
        1, 0, 0, -1,
        0, -1, 1, 0,
    };

    // Entered by hand: for a lock statement .NET's compiler calls an overload that nanoFramework does not have.
    private readonly object _gate = new object();
    private int _state;
    private int _position;

    /// <summary>The level of both contacts now, and after each edge.</summary>
    public void Update(bool a, bool b)
    {
        Monitor.Enter(_gate);
        try
        {
            int state = (a ? 2 : 0) | (b ? 1 : 0);
            int position = _position + _steps[(_state * 4) + state];
            _state = state;
            if (position <= DetentsMax * StepsPerDetent && position >= -DetentsMax * StepsPerDetent)
            {
                _position = position;
            }
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Detents turned since the last call, clockwise positive.</summary>
    public int TakeDetents()
    {
        Monitor.Enter(_gate);
        try
        {
            int detents = _position / StepsPerDetent;
            _position -= detents * StepsPerDetent;
            return detents;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }
}
