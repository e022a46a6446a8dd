using System;
using System.Device.Gpio;
using System.IO.Ports;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// The serial port that bench console and modem share: of the chip's three one is the receiver's and one the platform's. After
/// a start the console has it, as long as somebody uses it; then the modem has it until the next start. The other way round a
/// unit whose modem is in use could not be configured any more.
/// </summary>
public sealed class ModemPort : IModemPort
{
    /// <summary>Within this time of a start somebody asks the console something, or it loses the port.</summary>
    public const int ConsoleFirstMs = 60_000;

    /// <summary>So long behind its last request the console keeps the port.</summary>
    public const int ConsoleHoldMs = 120_000;

    /// <summary>So long behind a driver's refusal the port is asked for again.</summary>
    public const int RetryMs = 5_000;

    private readonly BoardDescription _board;
    private readonly GpioController _pins;
    private readonly int _baudBps;
    private readonly long _startMs;
    private SerialBenchPort _consolePort;
    private BenchConsole _console;
    private PanelReports _panel;
    private ILog _log;
    private long _retryAtMs;
    private bool _isNoted;

    public ModemPort(BoardDescription board, GpioController pins, int baudBps, long nowMs)
    {
        _board = board;
        _pins = pins;
        _baudBps = baudBps;
        _startMs = nowMs;
    }

    /// <summary>
    /// Who has the port first, and the panel whose call for help ends that: out of LoRa's reach the modem is the only way.
    /// </summary>
    /// <remarks>
    /// Only a button pressed since the start does. Lid, bilge and supply raise events on the bench, too, and an SOS of an
    /// earlier life can be there at every start: with them the console could never be used.
    /// </remarks>
    public void LendTo(SerialBenchPort port, BenchConsole console, PanelReports panel, ILog log)
    {
        _consolePort = port;
        _console = console;
        _panel = panel;
        _log = log;
    }

    /// <inheritdoc/>
    public SerialPort TryTake(long monotonicMs)
    {
        if (_console != null)
        {
            bool isHeld = monotonicMs - _startMs < ConsoleFirstMs || _console.IsInUse(monotonicMs, ConsoleHoldMs);
            if (isHeld && !_panel.HasCalledForHelp)
            {
                return null;
            }
        }

        return monotonicMs < _retryAtMs ? null : TryMake(monotonicMs);
    }

    private SerialPort TryMake(long nowMs)
    {
        try
        {
            if (_consolePort != null)
            {
                _consolePort.Dispose();
                TrySilence(nowMs);
                _consolePort = null;
            }

            _board.SetModemPins();
            return new SerialPort(_board.ModemPort, _baudBps, Parity.None, 8, StopBits.One);
        }
        catch (Exception)
        {
            // The drivers have no exception of their own, and one that left the loop would end the program at each start.
            _retryAtMs = nowMs + RetryMs;
            NoteOnce(nowMs, "port not taken");
            return null;
        }
    }

    // The chip would go on to show on the console's wire what it sends to the modem, and a PIN is among it. An SOS needs the
    // modem all the same. The level comes behind the mode: the platform refuses to write an input.
    private void TrySilence(long nowMs)
    {
        try
        {
            GpioPin tx = _pins.OpenPin(_board.ConsoleTxPin);
            tx.SetPinMode(PinMode.Output);
            tx.Write(PinValue.High);
        }
        catch (Exception)
        {
            NoteOnce(nowMs, "console not silenced");
        }
    }

    private void NoteOnce(long nowMs, string what)
    {
        if (!_isNoted && _log != null)
        {
            _isNoted = true;
            _log.Note(nowMs, LogEvent.ModemFault, 0, what);
        }
    }
}
