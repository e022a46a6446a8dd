using BoatTelemetry.Conformance.Tests.Platform;
using BoatTelemetry.Conformance.Tests.Reach;
using Mono.Cecil;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Conformance.Tests.Allocations;

/// <summary>
/// What the unit's main loop does again and again allocates nothing but what the native AES returns: from the receiver's
/// bytes to the frame in the radio's buffer, and no struct of more than three fields is copied on the way.
/// </summary>
public sealed class UnitAllocationTests(ITestOutputHelper output)
{
    // Who answers for themselves: the chip's AES; flash, whose files the platform opens anew for each write; the Wi-Fi
    // link, whose work is done on its own thread; the log, whose entries are made once.
    private static readonly string[] Boundaries =
    [
        "BoatTelemetry.Core.Security.IAesBlocks", "BoatTelemetry.Core.Security.IAesFactory", "BoatTelemetry.BoatUnit.Security.NativeAesFactory",
        "BoatTelemetry.Core.Journal.IFlash", "BoatTelemetry.BoatUnit.Links.WifiLink", "BoatTelemetry.BoatUnit.Drivers.IChipPause",
        "BoatTelemetry.Core.Time.IClock", "BoatTelemetry.BoatUnit.IUnitClock",

        // Not again and again: a change of key, a port that is opened anew after a fault, the supply of a receiver that no
        // rate reaches, the modem's beginning when it gets its port.
        "BoatTelemetry.BoatUnit.Wiring.UnitKeyring::CipherOf", "BoatTelemetry.BoatUnit.Gnss.SerialLine::TryOpen",
        "BoatTelemetry.BoatUnit.Gnss.SerialLine::Close", "BoatTelemetry.BoatUnit.Gnss.IReceiverPower", "BoatTelemetry.BoatUnit.Links.CellularLink::TryBegin",
    ];

    // Native calls into buffers that they are given, and values. SerialPort and SpiDevice: their managed sides pass on
    // what they get (nanoframework/System.IO.Ports and System.Device.Spi, 2026-07).
    private static readonly string[] Platform =
    [
        "System.Device.Spi.SpiDevice::TransferFullDuplex", "System.Device.Gpio.GpioPin::Read", "System.Device.Gpio.GpioPin::Write",
        "System.Device.Gpio.PinValue::op_Equality", "System.Device.Gpio.PinValue::op_Inequality", "System.Device.Gpio.PinValue::op_Implicit",
        "System.Device.Gpio.PinValue::get_High", "System.Device.Gpio.PinValue::get_Low", "System.Device.Gpio.PinValue::op_Explicit",
        "System.SpanByte::.ctor", "System.SpanByte::op_Implicit", "System.IO.Ports.SerialPort::get_BytesToRead",
        "System.IO.Ports.SerialPort::Read", "System.IO.Ports.SerialPort::Write", "System.IO.Ports.SerialPort::get_IsOpen",
        "System.IO.Ports.SerialPort::Open", "System.IO.Ports.SerialPort::Close", "System.IO.Ports.SerialPort::set_BaudRate",
        "System.String::get_Length", "System.String::get_Chars", "System.Random::Next", "System.IO.Ports.SerialPort::get_BaudRate", "System.Device.Gpio.GpioPin::SetPinMode",
        "nanoFramework.Runtime.Native.Rtc::SetSystemTime",
    ];

    public static TheoryData<string, string[]> Entries() => new()
    {
        { "Drivers.LoRaTransceiver", ["Configure", "StartTransmit", "StartReceive", "StartChannelActivity", "Poll", "TakeReceived"] },
        { "Drivers.AtModem", ["Send", "Poll"] },
        { "Links.NetworkLink", ["Send", "Poll", "Receive"] },
        { "Links.CellularLink", ["Poll", "TryHand"] },
        { "Gnss.ReceiverPort", ["Poll"] },
        { "Wiring.TimeKeeper", ["OnFix", "OnRefused"] },
        { "Wiring.Reporting", ["Poll"] },
    };

    [Theory]
    [MemberData(nameof(Entries))]
    public void Unit_FromAnEntryPointOfItsLoop_NothingAllocates(string type, string[] methods)
    {
        using var core = FirmwareAssemblies.Open("BoatTelemetry.Core");
        using var unit = FirmwareAssemblies.Open("BoatTelemetry.BoatUnit");
        var walk = new AllocationWalk([core.MainModule, unit.MainModule], Boundaries, Platform);
        var found = walk.From(Methods(unit, type, methods));
        output.WriteLine($"{walk.Walked.Count} methods walked");
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void Unit_WhereverItsLoopReaches_CopiesNoWideStruct()
    {
        using var core = FirmwareAssemblies.Open("BoatTelemetry.Core");
        using var unit = FirmwareAssemblies.Open("BoatTelemetry.BoatUnit");
        var walk = new StructWalk([core.MainModule, unit.MainModule], []);
        var found = walk.From(Methods(unit, "Unit", ["Step"]));
        output.WriteLine($"{walk.Walked.Count} methods walked");
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
        Assert.Contains(walk.Walked, name => name.Contains("Sx127x::", StringComparison.Ordinal));
        Assert.Contains(walk.Walked, name => name.Contains("NmeaParser::Feed(", StringComparison.Ordinal));
    }

    private static List<MethodDefinition> Methods(AssemblyDefinition unit, string type, string[] methods)
    {
        var definition = unit.MainModule.GetType("BoatTelemetry.BoatUnit." + type);
        Assert.NotNull(definition);
        Assert.All(methods, method => Assert.Contains(definition.Methods, m => m.Name == method));
        return [.. definition.Methods.Where(m => methods.Contains(m.Name, StringComparer.Ordinal))];
    }
}
