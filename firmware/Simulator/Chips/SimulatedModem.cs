using System.Globalization;
using System.Text;
using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>Which family's commands a simulated modem understands.</summary>
public enum SimulatedModemFamily
{
    Sim7080 = 0,
    A7672,
}

/// <summary>
/// A cellular modem at the other end of a serial port: echo, final codes, news, prompt, and a UDP socket that leads
/// wherever <see cref="SimulatedModemSocket"/> leads. Its faults are switches that a test throws while it runs.
/// </summary>
public sealed class SimulatedModem : IUartLine
{
    private const byte CarriageReturn = (byte)'\r';
    private const int CommandBytesMax = 556;
    private const int PowerKeyHoldMs = 1_000;

    private readonly Func<long> _nowMs;
    private readonly SimulatedModemSocket _socket;
    private readonly Queue<(long DueMs, int Baud, byte Value)> _output = new();
    private readonly List<byte> _input = [];
    private readonly SimulatedModemCommands _commands;
    private readonly Random _random = new(1);
    private readonly Lock _gate = new();
    private long _keyPressedMs = -1;
    private long _upAtMs;
    private bool _isGreetingDue;
    private int _payloadLeft;
    private Action<byte[]>? _onPayload;

    /// <param name="family">Its commands.</param>
    /// <param name="nowMs">The clock of the run.</param>
    /// <param name="socket">Where its datagrams go and come from.</param>
    public SimulatedModem(SimulatedModemFamily family, Func<long> nowMs, SimulatedModemSocket socket)
    {
        ArgumentNullException.ThrowIfNull(nowMs);
        ArgumentNullException.ThrowIfNull(socket);
        Family = family;
        _nowMs = nowMs;
        _socket = socket;
        _commands = new SimulatedModemCommands(this, socket);
    }

    public SimulatedModemFamily Family { get; }

    /// <summary>The rate it works at, bits a second; at any other the unit hears noise and it hears nothing.</summary>
    public int Baud { get; set; } = 115_200;

    public bool IsOn { get; private set; } = true;

    /// <summary>From power-on or reset to the first answer.</summary>
    public int BootMs { get; set; } = 3_000;

    public int AnswerDelayMs { get; set; } = 5;

    /// <summary>Fault: hears and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Fault: says noise instead of answers.</summary>
    public bool SaysGarbage { get; set; }

    /// <summary>Fault: the next answer breaks off in its middle, and nothing more is said until it starts anew.</summary>
    public bool StopsMidLine { get; set; }

    /// <summary>Fault: no SIM in the tray.</summary>
    public bool HasSim { get; set; } = true;

    /// <summary>Fault: refuses to send.</summary>
    public bool RefusesSend { get; set; }

    /// <summary>Fault: the network refuses the context.</summary>
    public bool RefusesContext { get; set; }

    /// <summary>Registration as 3GPP TS 27.007 numbers it; 1 is home, 2 searching, 3 denied.</summary>
    public int Registration { get; set; } = 1;

    /// <summary>As AT+CSQ tells it.</summary>
    public int Signal { get; set; } = 20;

    /// <summary>As AT+CCLK? tells it.</summary>
    public string ClockText { get; set; } = "80/01/06,00:00:12+00";

    /// <summary>How often it was switched or reset.</summary>
    public int Starts { get; private set; }

    /// <summary>Commands it understood and answered.</summary>
    public int CommandsAnswered => _commands.Answered;

    internal bool IsEchoing { get; set; } = true;

    /// <summary>Registration is lost or found, with the news of it.</summary>
    public void ChangeRegistration(int state)
    {
        lock (_gate)
        {
            Registration = state;
            if (state is not (1 or 5))
                _commands.Drop();

            Say(string.Create(CultureInfo.InvariantCulture, $"+CEREG: {state}"));
        }
    }

    /// <summary>The socket is closed by the modem, with the news of it.</summary>
    public void CloseSocket()
    {
        lock (_gate)
            _commands.CloseSocket();
    }

    /// <summary>It starts anew by itself, as after a brown-out.</summary>
    public void Restart()
    {
        lock (_gate)
            Start();
    }

    /// <summary>Says a line that nobody asked for.</summary>
    public void SayUnasked(string line)
    {
        lock (_gate)
            Say(line);
    }

    /// <summary>The power key; held for a second it switches on or off.</summary>
    public void PressPowerKey(bool isPressed)
    {
        lock (_gate)
        {
            if (isPressed)
            {
                _keyPressedMs = _nowMs();
                return;
            }

            if (_keyPressedMs >= 0 && _nowMs() - _keyPressedMs >= PowerKeyHoldMs)
                Switch();

            _keyPressedMs = -1;
        }
    }

    /// <inheritdoc/>
    public int BytesWaiting(int baud)
    {
        lock (_gate)
        {
            Run();
            var waiting = 0;
            foreach (var (dueMs, _, _) in _output)
            {
                if (dueMs > _nowMs())
                    break;

                waiting++;
            }

            return waiting;
        }
    }

    /// <inheritdoc/>
    public int Take(int baud, Span<byte> into)
    {
        lock (_gate)
        {
            Run();
            var taken = 0;
            while (taken < into.Length && _output.TryPeek(out var next) && next.DueMs <= _nowMs())
            {
                _output.Dequeue();
                into[taken++] = baud == next.Baud ? next.Value : (byte)(next.Value ^ 0xA5);
            }

            return taken;
        }
    }

    /// <inheritdoc/>
    public void Send(int baud, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Run();
            if (!IsOn || IsSilent || baud != Baud || _nowMs() < _upAtMs)
                return;

            foreach (var next in bytes)
                Hear(next);
        }
    }

    /// <summary>Says a line, the answer's delay from now.</summary>
    internal void Say(string line) => SayRaw(Encoding.ASCII.GetBytes($"\r\n{line}\r\n"));

    internal void SayRaw(byte[] bytes)
    {
        if (!IsOn || IsSilent || _nowMs() < _upAtMs)
            return;

        if (SaysGarbage)
            _random.NextBytes(bytes);

        var length = bytes.Length;
        if (StopsMidLine)
        {
            length /= 2;
            StopsMidLine = false;
            IsSilent = true;
        }

        var dueMs = _nowMs() + AnswerDelayMs;
        for (var i = 0; i < length; i++)
            _output.Enqueue((dueMs, Baud, bytes[i]));
    }

    /// <summary>Prompts, and takes the next bytes for a datagram.</summary>
    internal void TakePayload(int bytes, Action<byte[]> onPayload)
    {
        SayRaw("\r\n> "u8.ToArray());
        _payloadLeft = bytes;
        _onPayload = onPayload;
        _input.Clear();
    }

    internal void Start()
    {
        Starts++;
        IsOn = true;
        IsSilent = false;
        IsEchoing = true;
        _output.Clear();
        _input.Clear();
        _payloadLeft = 0;
        _commands.Drop();
        _upAtMs = _nowMs() + BootMs;
        _isGreetingDue = true;
    }

    private void Switch()
    {
        if (!IsOn)
        {
            Start();
            return;
        }

        IsOn = false;
        _output.Clear();
        _commands.Drop();
    }

    private void Run()
    {
        if (_isGreetingDue && _nowMs() >= _upAtMs)
        {
            _isGreetingDue = false;
            Say(Family == SimulatedModemFamily.Sim7080 ? "RDY" : "*ATREADY: 1");
        }

        if (_socket.HasNews)
            _commands.TellWaiting();
    }

    private void Hear(byte next)
    {
        if (_payloadLeft > 0)
        {
            _input.Add(next);
            if (--_payloadLeft == 0)
            {
                var payload = _input.ToArray();
                _input.Clear();
                _onPayload!(payload);
            }

            return;
        }

        if (next == CarriageReturn)
        {
            var command = Encoding.ASCII.GetString([.. _input]);
            _input.Clear();
            if (IsEchoing)
                SayRaw(Encoding.ASCII.GetBytes(command + "\r"));

            _commands.Answer(command);
        }
        else if (next >= 0x20 && _input.Count < CommandBytesMax)
        {
            _input.Add(next);
        }
    }
}
