using System.Globalization;
using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>A chip on an I2C bus that can be pulled off it and put back, and that counts what is asked of it.</summary>
public abstract class SimulatedI2cChip : II2cChip
{
    /// <summary>It is soldered on and has power; otherwise nobody acknowledges its address.</summary>
    public bool IsFitted { get; set; } = true;

    /// <summary>Transactions that it acknowledged.</summary>
    public int Transfers { get; private set; }

    /// <summary>Puts it in its place.</summary>
    public void ConnectTo(BoardWires board, int busId, int address)
    {
        ArgumentNullException.ThrowIfNull(board);
        board.Connect<II2cChip>(string.Create(CultureInfo.InvariantCulture, $"I2C{busId}/0x{address:x2}"), this);
    }

    /// <inheritdoc/>
    public virtual bool Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        if (!IsFitted)
            return false;

        Transfers++;
        return true;
    }
}

/// <summary>
/// The slight unrest that every living sensor shows: a value that never moves by a digit is a stuck one. The same at
/// every run.
/// </summary>
public sealed class SensorNoise
{
    private uint _state = 1;

    /// <summary>Off: the reading stands still to the last digit.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Somewhere within so much of zero.</summary>
    public double Within(double amplitude)
    {
        if (!IsOn)
            return 0;

        // Numerical Recipes' linear congruence: repeatable, and good enough for a last digit.
        _state = unchecked((_state * 1_664_525) + 1_013_904_223);
        return ((_state >> 8) / (double)(1 << 24) * 2 * amplitude) - amplitude;
    }
}
