using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Host.Board;

/// <summary>What the crew touches: contacts, the rotary switch, and the engine whose pulses are counted.</summary>
public sealed class BoardPanel
{
    private readonly BoardWires _wires;
    private readonly Action<int> _advanceMs;

    public BoardPanel(BoardWires wires, BoardDescription board, Action<int> advanceMs)
    {
        ArgumentNullException.ThrowIfNull(board);
        _wires = wires;
        _advanceMs = advanceMs;
        Sos = Contact(board.SosPin);
        ManOverboard = Contact(board.ManOverboardPin);
        Tamper = Contact(board.TamperPin);
        BilgeFloat = Contact(board.BilgeFloatPin);
        Select = Contact(board.SelectPin);
        Tamper?.Close();
        if (board.RotaryAPin != BoardDescription.NotFitted)
            Rotary = new SimulatedRotary(GpioLine.Of(wires, board.RotaryAPin), GpioLine.Of(wires, board.RotaryBPin));
        if (board.Engine1Pin != BoardDescription.NotFitted)
            Engine = new SimulatedEngine(GpioLine.Of(wires, board.Engine1Pin), 100);
        if (board.WatchdogPin != BoardDescription.NotFitted)
            GpioLine.Of(wires, board.WatchdogPin).Changed += _ => WatchdogEdges++;
    }

    /// <summary>Each is null where the board has none.</summary>
    public SimulatedContact? Sos { get; }

    public SimulatedContact? ManOverboard { get; }

    public SimulatedContact? Tamper { get; }

    public SimulatedContact? BilgeFloat { get; }

    public SimulatedContact? Select { get; }

    public SimulatedRotary? Rotary { get; }

    public SimulatedEngine? Engine { get; }

    /// <summary>Edges that the external watchdog has had.</summary>
    public int WatchdogEdges { get; private set; }

    private SimulatedContact? Contact(int pin) =>
        pin == BoardDescription.NotFitted ? null : new SimulatedContact(GpioLine.Of(_wires, pin), _advanceMs);
}
