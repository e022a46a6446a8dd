using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Core.Sensors;
using Spectre.Console;
using Spectre.Console.Rendering;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Terminal;

public sealed class TextPageTests
{
    private const int Fields = 31;

    [Theory]
    [InlineData(80, 50, "none", 1)]
    [InlineData(80, 36, "none", 1)]
    [InlineData(80, 35, "none", 2)]
    [InlineData(80, 24, "none", 2)]
    [InlineData(80, 24, "Supply, SupplyCurrent, Battery, BatteryCurrent", 2)]
    [InlineData(132, 20, "none", 3)]
    public void Fitting_TableOfTheMonitor_IsWholeInTheWindow(int width, int height, string faults, int blocks)
    {
        var lines = Drawn(width, height, faults);

        Assert.InRange(lines.Count, 1, height - 1);
        Assert.Equal(blocks, string.Join('\n', lines).Split("reading").Length - 1);
        Assert.All(Rows(faults), row => Assert.Contains(lines, line => line.Contains(row[0].Text, StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
    }

    // What a dead bus comes to: the one value that is longer than its place.
    [Fact]
    public void Fitting_EverySensorOfTheBusFailed_IsWholeInAPlainTerminal()
    {
        const SensorFaults Bus = SensorFaults.Supply | SensorFaults.SupplyCurrent | SensorFaults.Battery | SensorFaults.BatteryCurrent
            | SensorFaults.Temperature | SensorFaults.Humidity | SensorFaults.Pressure | SensorFaults.BilgeLevel
            | SensorFaults.BoardTemperature | SensorFaults.WallClock;
        var faults = SensorFields.FaultWords(Bus);
        var lines = Drawn(80, 24, faults);

        Assert.InRange(lines.Count, 1, 23);
        Assert.All(Rows(faults), row => Assert.Contains(lines, line => line.Contains(row[0].Text, StringComparison.Ordinal)));
        Assert.All(faults.Split(", "), fault => Assert.Contains(lines, line => line.Contains(fault, StringComparison.Ordinal)));
    }

    [Fact]
    public void Fitting_WindowLowerThanAnyTable_IsTheLowest() => Assert.InRange(Drawn(80, 5, "none").Count, 6, 18);

    private static List<string> Drawn(int width, int height, string faults)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(TextWriter.Null) });
        (console.Profile.Width, console.Profile.Height, console.Profile.Capabilities.Unicode) = (width, height, true);
        return [.. Segment.SplitLines(TextPage.Fitting(console, ["reading", "value"], Rows(faults)).Render(RenderOptions.Create(console), width))
            .Select(line => string.Concat(line.Select(segment => segment.Text)).TrimEnd())];
    }

    // As long as the monitor's longest names and values.
    private static Cell[][] Rows(string faults) =>
        [.. Enumerable.Range(1, Fields - 1).Select(n => new Cell[] { $"inputs.manOverbo-{n:00}", "not in use" }), ["faults", faults]];
}
