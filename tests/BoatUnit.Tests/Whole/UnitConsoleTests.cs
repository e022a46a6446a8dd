using System.IO.Ports;
using System.Text;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Board;
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
    public void Console_InUse_KeepsItsPortUntilNobodyAskedForTenMinutes()
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

    private static UnitBench WithModem() => new(configure: config =>
    {
        var problem = new ConfigProblem();
        config.TrySet(ConfigKeys.CellularEnabled, true, problem);
        config.TrySet(ConfigKeys.CellularHost, "10.0.0.1", problem);
    });

    /// <summary>A terminal at the board's USB socket.</summary>
    private sealed class Terminal : IUartLine
    {
        private readonly Queue<byte> _typed = new();
        private readonly StringBuilder _shown = new();

        public string Text => _shown.ToString();

        public static Terminal At(UnitBench bench)
        {
            var terminal = new Terminal();
            BoardDescription board = bench.Board.Model == TBeamBoard.Model ? new TBeamBoard() : new CarrierS3Board();
            bench.Board.Wires.Connect<IUartLine>(IUartLine.Place(board.ConsoleTxPin, board.ConsoleRxPin), terminal);
            return terminal;
        }

        public void Type(string text)
        {
            foreach (var value in Encoding.ASCII.GetBytes(text))
                _typed.Enqueue(value);
        }

        public int BytesWaiting(int baud) => _typed.Count;

        public int Take(int baud, Span<byte> into)
        {
            var count = Math.Min(_typed.Count, into.Length);
            for (var i = 0; i < count; i++)
                into[i] = _typed.Dequeue();

            return count;
        }

        public void Send(int baud, ReadOnlySpan<byte> bytes) => _shown.Append(Encoding.UTF8.GetString(bytes));
    }
}
