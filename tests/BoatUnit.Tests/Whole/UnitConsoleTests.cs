using System.Device.Gpio;
using System.IO.Ports;
using System.Text;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Air;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>The console at the pins of the USB bridge, on chips whose first serial port is the platform's.</summary>
public sealed class UnitConsoleTests
{
    private const string Request = "{\"id\":1,\"cmd\":\"info\"}\n";

    public static TheoryData<BoardDescription> Boards => [new TBeamBoard(), new CarrierS3Board()];

    [Fact]
    public void SerialPort_TheFirst_IsThePlatforms()
    {
        BoardWires.Current = new BoardWires();
        using var port = new SerialPort("COM1");

        Assert.Throws<ArgumentException>(port.Open);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Console_OfEachBoard_AnswersAtTheUsbBridge(BoardDescription board)
    {
        using var bench = new UnitBench(new BoardSettings { Board = board }, hasKey: false);
        var terminal = Terminal.At(bench);

        terminal.Type(Request);

        bench.Until(() => terminal.Text.Contains($"\"board\":\"{board.Name}\"", StringComparison.Ordinal), 5_000);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Unit_NeverConfigured_IsTheBoardOfItsModule(BoardDescription board)
    {
        using var bench = new UnitBench(new BoardSettings { Board = board }, hasKey: false);
        foreach (var block in Enumerable.Range(0, bench.Flash.Config.BlockCount))
            bench.Flash.Config.EraseBlock(block);
        bench.PowerCycle();
        var terminal = Terminal.At(bench);

        terminal.Type(Request);
        bench.Until(() => terminal.Text.Contains($"\"board\":\"{board.Name}\"", StringComparison.Ordinal), 5_000);
        Assert.Contains("\"config\":\"defaults\"", terminal.Text, StringComparison.Ordinal);

        terminal.Type("{\"id\":2,\"cmd\":\"key set\",\"key\":\"00-01-02-03-04-05-06-07-08-09-0a-0b-0c-0d-0e-0f\"}\n");
        bench.Until(() => bench.Unit.Reporting is not null && bench.Unit.Links.LoRa.State == LinkState.Ready, 10_000);
    }

    [Theory]
    [InlineData(TBeamBoard.Model, "ESP32_PSRAM_REV0", TBeamBoard.Model)]
    [InlineData(TBeamBoard.Model, "ESP32_S3_QUAD", CarrierS3Board.Model)]
    [InlineData(CarrierS3Board.Model, "ESP32_PSRAM_REV0", TBeamBoard.Model)]
    [InlineData(CarrierS3Board.Model, "ESP32_S3_QUAD", CarrierS3Board.Model)]
    [InlineData(CarrierS3Board.Model, "an image of somebody's own", CarrierS3Board.Model)]
    public void Board_OfAConfigurationOnAModule_IsOneWithThatModule(string configured, string target, string board)
    {
        var config = new UnitConfig();
        Assert.True(config.TrySet(ConfigKeys.BoardModel, configured, new ConfigProblem()));

        Assert.Equal(board, UnitOptions.Board(config, target).Name);
    }

    [Theory]
    [InlineData(BoatUnit.Unit.StepMs)]
    [InlineData(60)] // An interpreter's turn with much to do.
    public void Console_TheLongestRequestAtTheLinesOwnPace_IsTakenWhole(int turnMs)
    {
        using var bench = new UnitBench(hasKey: false);
        var terminal = Terminal.At(bench);
        terminal.IsPaced = true;
        const string Start = "{\"id\":9,\"cmd\":\"help\",\"pad\":\"";
        terminal.Type(Start + new string('x', BenchConsole.RequestBytesMax - Start.Length - 2) + "\"}\n");

        bench.Run(5_000, turnMs);

        Assert.Contains("{\"id\":9,\"ok\":true,", terminal.Text, StringComparison.Ordinal);
        Assert.Equal(0, terminal.Lost);
    }

    [Fact]
    public void Console_NobodyAsks_LeavesItsPortToTheModemAndTheWireToTheBridgeAtRest()
    {
        using var bench = WithModem();
        var terminal = Terminal.At(bench);

        bench.Run(ModemPort.ConsoleFirstMs);
        Assert.True(bench.Unit.Links.Cellular.IsWaiting);
        bench.Until(() => bench.Unit.Links.Cellular.State == LinkState.Ready, 120_000);

        Assert.Equal("", terminal.Text);
        Assert.True(GpioLine.Of(bench.Board.Wires, new CarrierS3Board().ConsoleTxPin).IsHigh);
    }

    [Fact]
    public void Console_InUse_KeepsItsPortUntilNobodyAskedForTwoMinutes()
    {
        using var bench = WithModem();
        var terminal = Terminal.At(bench);
        bench.Run(ModemPort.ConsoleFirstMs - 5_000);
        terminal.Type(Request);
        bench.Run(ModemPort.ConsoleHoldMs - 10_000);
        terminal.Type(Request);
        bench.Until(() => terminal.Text.Split('\n').Length == 3, 5_000);
        Assert.Contains("\"cellular\":{\"state\":\"waiting\"", terminal.Text, StringComparison.Ordinal);

        bench.Run(ModemPort.ConsoleHoldMs - 10_000);
        Assert.True(bench.Unit.Links.Cellular.IsWaiting);
        bench.Until(() => bench.Unit.Links.Cellular.State == LinkState.Ready, 140_000);
        Assert.False(bench.Unit.Supervisor.SafeMode);

        bench.PowerCycle();
        terminal.Type(Request);
        bench.Until(() => terminal.Text.Split('\n').Length == 4, 5_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Console_CallForHelpWhileItHoldsThePort_LeavesItToTheModemAtOnce(bool isManOverboard)
    {
        using var bench = WithModem(hasLoRa: false);
        var terminal = Terminal.At(bench);
        bench.RunS(20);
        terminal.Type(Request);
        bench.Until(() => terminal.Text.Contains("\"cellular\":{\"state\":\"waiting\"", StringComparison.Ordinal), 5_000);

        (isManOverboard ? bench.Board.Panel.ManOverboard! : bench.Board.Panel.Sos!).Close();
        var kind = isManOverboard ? EventKind.ManOverboard : EventKind.Sos;
        bench.Until(() => !bench.Unit.Links.Cellular.IsWaiting, 3_000);
        bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == kind), 60_000);
    }

    [Fact]
    public void Console_LidOpened_KeepsItsPort()
    {
        using var bench = WithModem(hasLoRa: false);
        bench.RunS(20);
        bench.Board.Panel.Tamper!.Open();
        bench.Until(() => bench.Unit.Reporting.Dispatcher.UrgentFrames > 0, 10_000);
        bench.RunS(5);
        Assert.True(bench.Unit.Links.Cellular.IsWaiting);
    }

    [Fact]
    public void Console_SosOfAnEarlierLife_KeepsItsPortForTheFirstMinute()
    {
        using var bench = WithModem(hasLoRa: false);
        bench.RunS(5);
        bench.Board.Modem.ChangeRegistration(0);
        bench.Board.Panel.Sos!.Close();
        bench.RunS(5);
        bench.Board.Panel.Sos.Open();
        bench.PowerCycle();
        bench.Until(() => bench.Unit.Reporting.Dispatcher.UrgentSos > 0, 10_000);
        bench.RunS(30);
        Assert.True(bench.Unit.Links.Cellular.IsWaiting);

        bench.Board.Modem.ChangeRegistration(1);
        bench.Until(() => bench.Shore.Events.Any(e => e.Event.Kind == EventKind.Sos), 5 * 60_000);
    }

    [Fact]
    public void Console_ItsPinCannotBeSilenced_LeavesItsPortAllTheSameAndSaysSoOnce()
    {
        using var bench = WithModem();
        new GpioController().OpenPin(new CarrierS3Board().ConsoleTxPin);

        bench.Until(() => bench.Unit.Links.Cellular.State == LinkState.Ready, 180_000);

        var entry = new LogEntry();
        var notes = 0;
        for (long number = 1; number <= bench.Unit.Log.LastNumber; number++)
            notes += bench.Unit.Log.TryRead(number, entry) && entry.Number == number && entry.Text == "console not silenced" ? 1 : 0;
        Assert.Equal(1, notes);
    }

    [Fact]
    public void ModemPort_DriverRefusesThePort_IsAskedAgainAfterItsPause()
    {
        BoardWires.Current = new BoardWires();
        var board = new CarrierS3Board();
        var port = new ModemPort(board, new GpioController(), 115_200, 0);
        using (new SerialPort(board.ModemPort))
            Assert.Null(port.TryTake(1_000));

        Assert.Null(port.TryTake(1_000 + ModemPort.RetryMs - 1));
        using var taken = port.TryTake(1_000 + ModemPort.RetryMs);
        Assert.NotNull(taken);
    }

    [Fact]
    public void SelfTest_OverTheConsoleThatHasTheModemsPort_SaysThatTheModemWaits()
    {
        using var bench = WithModem();
        var terminal = Terminal.At(bench);

        terminal.Type("{\"id\":1,\"cmd\":\"self-test\"}\n");

        bench.Until(() => terminal.Text.Contains("\"done\":true", StringComparison.Ordinal), 30_000);
        Assert.Contains("\"step\":\"modem\",\"pass\":true,", terminal.Text, StringComparison.Ordinal);
        Assert.Contains("\"detail\":\"waiting\"", terminal.Text, StringComparison.Ordinal);
    }

    private static UnitBench WithModem(bool hasLoRa = true) => new(configure: config =>
    {
        var problem = new ConfigProblem();
        config.TrySet(ConfigKeys.LoraEnabled, hasLoRa, problem);
        config.TrySet(ConfigKeys.CellularEnabled, true, problem);
        config.TrySet(ConfigKeys.CellularHost, "10.0.0.1", problem);
    });

    /// <summary>A terminal at the board's USB socket.</summary>
    private sealed class Terminal : IUartLine
    {
        private readonly BoardWires _wires;
        private readonly SimulatedTime _time;
        private readonly Queue<byte> _typed = new();
        private readonly Queue<byte> _arrived = new();
        private readonly StringBuilder _shown = new();
        private long _arrivedMs;

        private Terminal(SimulatedBoard board)
        {
            _wires = board.Wires;
            _time = board.Time;
        }

        /// <summary>Whether bytes come one after the other and overrun the port's buffer.</summary>
        public bool IsPaced { get; set; }

        /// <summary>Bytes for which the buffer had no room.</summary>
        public int Lost { get; private set; }

        public string Text => _shown.ToString();

        public static Terminal At(UnitBench bench)
        {
            var terminal = new Terminal(bench.Board);
            BoardDescription board = bench.Board.Model == TBeamBoard.Model ? new TBeamBoard() : new CarrierS3Board();
            bench.Board.Wires.Connect<IUartLine>(IUartLine.Place(board.ConsoleTxPin, board.ConsoleRxPin), terminal);
            return terminal;
        }

        public void Type(string text)
        {
            foreach (var value in Encoding.ASCII.GetBytes(text))
                _typed.Enqueue(value);
        }

        public int BytesWaiting(int baud)
        {
            Arrive(baud);
            return _arrived.Count;
        }

        public int Take(int baud, Span<byte> into)
        {
            var count = Math.Min(_arrived.Count, into.Length);
            for (var i = 0; i < count; i++)
                into[i] = _arrived.Dequeue();

            return count;
        }

        // Ten bits a byte.
        private void Arrive(int baud)
        {
            var passedMs = _time.MonotonicMs - _arrivedMs;
            _arrivedMs = _time.MonotonicMs;
            var room = _wires.Find<SerialPort>("COM3")!.ReadBufferSize;
            for (var coming = IsPaced ? passedMs * baud / 10_000 : int.MaxValue; coming > 0 && _typed.TryDequeue(out var value); coming--)
            {
                if (IsPaced && _arrived.Count == room)
                    Lost++;
                else
                    _arrived.Enqueue(value);
            }
        }

        public void Send(int baud, ReadOnlySpan<byte> bytes) => _shown.Append(Encoding.UTF8.GetString(bytes));
    }
}
