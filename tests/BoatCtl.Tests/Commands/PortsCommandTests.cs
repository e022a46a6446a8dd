using System.Text.Json;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.Host.Unit;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

[Collection(UnitCollection.Name)]
public sealed class PortsCommandTests(UnitFixture unit)
{
    private readonly FakePorts _ports = new(unit.NewFile());

    [Fact]
    public async Task Ports_UnitModemAndAbsentPort_TellsWhichIsTheUnit()
    {
        using var silent = new PseudoTerminal();
        _ports.AddUsb("ttyUSB0", "1-1", "10c4", "ea60", "CP2102 USB to UART Bridge Controller", unit.Port);
        _ports.AddUsb("ttyACM3", "1-2", "1546", "01a8", "u-blox GNSS receiver", silent.Path);
        _ports.AddUsb("ttyUSB1", "1-3", "10c4", "ea60", null, "/dev/no-such-device");
        _ports.AddBuiltIn("ttyS0", "4", silent.Path + "0");
        _ports.AddBuiltIn("ttyS1", "0", silent.Path);
        _ports.AddConsole("tty1");
        var run = await BoatCtlRun.OfAsync(["ports", "--json"], _ports.Catalog);

        Assert.Equal(0, run.ExitCode);
        var found = run.Json().EnumerateArray().ToDictionary(port => Path.GetFileName(port.GetProperty("port").GetString()!));
        Assert.Equal(["ttyACM3", "ttyS0", "ttyUSB0", "ttyUSB1"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("carrier-s3", found["ttyUSB0"].GetProperty("unit").GetProperty("board").GetString());
        Assert.Equal("10c4", found["ttyUSB0"].GetProperty("usb").GetProperty("vendor").GetString());
        Assert.Equal("CP2102 (T-Beam, carrier)", found["ttyUSB0"].GetProperty("chip").GetString());
        Assert.Equal("no-answer", found["ttyACM3"].GetProperty("error").GetString());
        Assert.Equal("u-blox GNSS receiver", found["ttyACM3"].GetProperty("usb").GetProperty("name").GetString());
        Assert.Equal("not-opened", found["ttyUSB1"].GetProperty("error").GetString());
        Assert.Equal(JsonValueKind.Null, found["ttyS0"].GetProperty("usb").ValueKind);
    }

    [Fact]
    public async Task Ports_None_IsSaid()
    {
        Assert.Contains("no serial port", (await BoatCtlRun.OfAsync(["ports"], _ports.Catalog)).Out, StringComparison.Ordinal);
        var run = await BoatCtlRun.OfAsync(["config", "get", "--json"], _ports.Catalog);
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("no-port", run.Json().GetProperty("error").GetString());
    }

    [Fact]
    public async Task Port_LeftOut_IsTheOnlyUsbPort()
    {
        _ports.AddUsb("ttyUSB0", "1-1", "10c4", "ea60", null, unit.Port);
        _ports.AddBuiltIn("ttyS0", "4", "/dev/no-such-device");

        Assert.Equal(0, (await BoatCtlRun.OfAsync(["config", "get", "unit.id"], _ports.Catalog)).ExitCode);
    }

    [Fact]
    public async Task Port_LeftOutOfTwo_IsAskedForAndBothAreListed()
    {
        _ports.AddUsb("ttyUSB0", "1-1", "10c4", "ea60", null, unit.Port);
        _ports.AddUsb("ttyUSB1", "1-2", "10c4", "ea60", null, unit.Port);
        var run = await BoatCtlRun.OfAsync(["config", "get"], _ports.Catalog);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(Path.Combine(_ports.Devices, "ttyUSB0"), run.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_ports.Devices, "ttyUSB1"), run.Error, StringComparison.Ordinal);
    }

    // What Windows and macOS use; a pseudo-terminal is what this machine has of it.
    [Fact]
    public void SystemSerialLine_OnAPseudoTerminal_CarriesTheConsole()
    {
        using var bench = new BenchClient(new SystemSerialLine(unit.Port, BenchClient.Baud, holdsModemLines: false), unit.Port, TimeSpan.FromSeconds(5));

        Assert.Equal("carrier-s3", bench.Ask("info")["board"]!.ToString());
        Assert.Equal(1, UnitConfiguration.Read(bench).Config["configVersion"]!.GetValue<int>());
    }

    // The class does not tell a hang-up of every driver; then it is the missing answer that tells.
    [Fact]
    public void SystemSerialLine_PortGoes_IsNotReached()
    {
        var terminal = new PseudoTerminal();
        using var bench = new BenchClient(new SystemSerialLine(terminal.Path, BenchClient.Baud, holdsModemLines: false), terminal.Path, TimeSpan.FromSeconds(1));
        terminal.Dispose();

        Assert.Contains(bench.Send("info").Outcome, new[] { BenchOutcome.NotSent, BenchOutcome.Gone, BenchOutcome.NoAnswer });
    }
}
