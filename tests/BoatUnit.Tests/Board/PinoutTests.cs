using System.Reflection;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.TestSupport;
using nanoFramework.Hardware.Esp32;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Board;

/// <summary>hardware/pinout.csv and the boards in code say the same, and nothing that the module's datasheet forbids.</summary>
public sealed class PinoutTests
{
    private sealed record Row(string Board, int Pin, string Function, string Direction, string Notes);

    private static readonly BoardDescription[] _boards = [new TBeamBoard(), new CarrierS3Board()];

    public static TheoryData<BoardDescription> Boards => [.. _boards];

    [Theory]
    [MemberData(nameof(Boards))]
    public void Pinout_OfABoard_IsThatOfItsClass(BoardDescription board)
    {
        var inFile = Rows().Where(row => row.Board == board.Name).Select(row => $"{row.Function} {row.Pin} {row.Direction}");
        var inCode = board.Pins().Select(use => $"{use.Function} {use.Pin} {use.Direction}");

        Assert.Equal(inCode.Order(), inFile.Order());
    }

    [Fact]
    public void Pinout_OfNoBoardInCode_IsNotThere() =>
        Assert.Equal(_boards.Select(board => board.Name).Order(), Rows().Select(row => row.Board).Distinct().Order());

    [Theory]
    [MemberData(nameof(Boards))]
    public void Pins_EveryPinField_IsListed(BoardDescription board)
    {
        var fields = typeof(BoardDescription).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Where(field => field.FieldType == typeof(int) && field.Name.EndsWith("Pin", StringComparison.Ordinal))
            .Where(field => (int)field.GetValue(board)! != BoardDescription.NotFitted)
            .Select(field => $"{field.Name} {field.GetValue(board)}");

        Assert.Equal(fields.Order(), board.Pins().Select(use => $"{use.Function} {use.Pin}").Order());
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Pins_OfABoard_AreUsedOnce(BoardDescription board) =>
        Assert.Empty(board.Pins().GroupBy(use => use.Pin).Where(group => group.Count() > 1).Select(group => group.Key));

    [Theory]
    [MemberData(nameof(Boards))]
    public void Pins_OfABoard_AreWhatTheModuleAllows(BoardDescription board) => Assert.Empty(Violations(board));

    [Theory]
    [InlineData(6, "flash")]
    [InlineData(34, "input only")]
    [InlineData(24, "no such pin")]
    public void Pins_ThatTheModuleForbids_AreFound(int pin, string rule)
    {
        var board = new TBeamBoard { BuzzerPin = pin };

        Assert.Contains(Violations(board), line => line.Contains(rule, StringComparison.Ordinal));
    }

    [Fact]
    public void Pinout_StrappingPins_AreNoted()
    {
        foreach (var row in Rows())
        {
            var module = _boards.Single(board => board.Name == row.Board).Module;
            var isStrapping = (module == BoardModule.Esp32 ? _strappingEsp32 : _strappingS3).Contains(row.Pin);

            Assert.True(isStrapping == row.Notes.Contains("strapping", StringComparison.Ordinal), $"{row.Board} GPIO{row.Pin}");
        }
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void SetPinFunctions_OfABoard_MapsItsBuses(BoardDescription board)
    {
        BoardWires.Current = new BoardWires();

        board.SetPinFunctions();

        Assert.Equal(board.RadioClockPin, Configuration.GetFunctionPin(DeviceFunction.SPI1_CLOCK));
        Assert.Equal(board.ReceiverRxPin, Configuration.GetFunctionPin(DeviceFunction.COM2_RX));
        Assert.Equal(board.I2cDataPin, Configuration.GetFunctionPin(DeviceFunction.I2C1_DATA));
        Assert.Equal(board.SupplyAdcPin, Configuration.GetFunctionPin(DeviceFunction.ADC1_CH0));
        Assert.Equal(board.ConsoleTxPin, Configuration.GetFunctionPin(DeviceFunction.COM3_TX));
        Assert.Equal(board.ConsoleRxPin, Configuration.GetFunctionPin(DeviceFunction.COM3_RX));
    }

    // ESP32 datasheet 2.2 and 2.4; ESP32-S3-WROOM-1 datasheet 3.3 (26 to 32 flash, 19 and 20 USB) and 3.4.
    private static readonly int[] _strappingEsp32 = [0, 2, 5, 12, 15];
    private static readonly int[] _strappingS3 = [0, 3, 45, 46];

    private static IEnumerable<string> Violations(BoardDescription board)
    {
        var isS3 = board.Module == BoardModule.Esp32S3;
        foreach (var use in board.Pins())
        {
            var exists = isS3 ? use.Pin is >= 0 and <= 21 or >= 26 and <= 48 : use.Pin is >= 0 and <= 23 or >= 25 and <= 27 or >= 32 and <= 39;
            var isFlash = isS3 ? use.Pin is >= 26 and <= 32 : use.Pin is >= 6 and <= 11;
            var isUsb = isS3 && (use.Pin is 19 or 20);
            var isInputOnly = !isS3 && use.Pin is >= 34 and <= 39;
            if (!exists)
                yield return $"{use.Function}: GPIO{use.Pin} is no such pin";
            if (isFlash)
                yield return $"{use.Function}: GPIO{use.Pin} is the flash";
            if (isUsb)
                yield return $"{use.Function}: GPIO{use.Pin} is USB";
            if (isInputOnly && (use.Direction is PinDirection.Output or PinDirection.Both))
                yield return $"{use.Function}: GPIO{use.Pin} is input only";
            if (use.Direction == PinDirection.Analog && use.Pin != (isS3 ? 1 : 36) + board.SupplyAdcChannel)
                yield return $"{use.Function}: GPIO{use.Pin} is not the converter's channel {board.SupplyAdcChannel}";
        }
    }

    private static IEnumerable<Row> Rows() =>
        File.ReadLines(RepositoryPaths.InRepository("hardware", "pinout.csv")).Skip(1)
            .Select(line => line.Split(','))
            .Select(cells => cells.Length == 7
                ? new Row(cells[0], int.Parse(cells[1]), cells[2], cells[3], cells[6])
                : throw new InvalidDataException(string.Join(',', cells)));
}
