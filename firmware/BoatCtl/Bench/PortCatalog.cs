extern alias Ports;

using System.Globalization;
using SerialPort = Ports::System.IO.Ports.SerialPort;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A serial port and what the system knows of it.</summary>
/// <param name="Path">What is opened: /dev/ttyUSB0, COM3.</param>
/// <param name="Usb">The USB device behind it; null where there is none, or the system does not tell.</param>
internal sealed record PortEntry(string Path, UsbIdentity? Usb);

/// <summary>A USB device's own description of itself (USB 2.0, 9.6.1).</summary>
/// <param name="Vendor">idVendor.</param>
/// <param name="Product">idProduct.</param>
/// <param name="Maker">Its maker's text; null if it has none.</param>
/// <param name="Name">Its product's text; null if it has none.</param>
/// <param name="Serial">Its serial number; null if it has none.</param>
internal sealed record UsbIdentity(ushort Vendor, ushort Product, string? Maker, string? Name, string? Serial)
{
    /// <summary>The serial bridge of an ESP32 board that it is; null if it is none that is known. Identifiers from linux-usb.org/usb.ids.</summary>
    public string? Chip => (Vendor, Product) switch
    {
        (0x10c4, 0xea60) => "CP2102 (T-Beam, carrier)",
        (0x1a86, 0x55d4) => "CH9102 (T-Beam)",
        (0x1a86, 0x7523) => "CH340",
        (0x0403, 0x6001) => "FT232R",
        (0x303a, 0x1001) => "ESP32-S3's own USB",
        _ => null,
    };
}

/// <summary>The serial ports of this machine. On Linux from sysfs, elsewhere the names that the system gives.</summary>
internal sealed class PortCatalog
{
    private readonly Func<IReadOnlyList<PortEntry>> _list;

    private PortCatalog(Func<IReadOnlyList<PortEntry>> list)
    {
        _list = list;
    }

    public static PortCatalog OfSystem() => OperatingSystem.IsLinux() ? OfLinux("/sys", "/dev") : new PortCatalog(OfNames);

    /// <summary>From a sysfs and a folder of devices.</summary>
    public static PortCatalog OfLinux(string sysfs, string devices) => new(() => List(Path.Combine(sysfs, "class", "tty"), devices));

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<PortEntry> All() => _list();

    /// <summary>The only one; where there are USB ports, the only one of these: a unit has USB, a PC's own port is something else.</summary>
    /// <exception cref="BenchException">There is none, or there are more: the message lists them.</exception>
    public PortEntry Only()
    {
        var all = All();
        if (all.Any(port => port.Usb is not null))
            all = [.. all.Where(port => port.Usb is not null)];

        if (all.Count == 1)
            return all[0];

        throw all.Count == 0
            ? new BenchException(BenchOutcome.NotOpened, "no-port", "There is no serial port here. Plug the unit in, or name a port with --port.")
            : new BenchException(
                BenchOutcome.NotOpened, "which-port", $"There are {all.Count} serial ports: {string.Join(", ", all.Select(port => port.Path))}. Choose one with --port.");
    }

    private static List<PortEntry> OfNames()
    {
        // macOS has each port twice; cu is the one that opens without a carrier.
        var names = SerialPort.GetPortNames().Where(name => !name.StartsWith("/dev/tty.", StringComparison.Ordinal));
        return [.. names.Distinct().Order(StringComparer.Ordinal).Select(name => new PortEntry(name, null))];
    }

    private static List<PortEntry> List(string terminals, string devices)
    {
        if (!Directory.Exists(terminals))
            return [];

        var ports = new List<PortEntry>();
        foreach (var terminal in Directory.EnumerateFileSystemEntries(terminals).Order(StringComparer.Ordinal))
        {
            // Consoles and pseudo-terminals have no device behind them; a type of 0 is an 8250 that is not populated.
            if (!Directory.Exists(Path.Combine(terminal, "device")) || Text(terminal, "type") == "0")
                continue;

            ports.Add(new PortEntry(Path.Combine(devices, Path.GetFileName(terminal)), Usb(terminal)));
        }

        return ports;
    }

    // The tty's device is an interface of the USB device, or a port below it: what describes itself is further up.
    private static UsbIdentity? Usb(string terminal)
    {
        var link = Path.Combine(terminal, "device");
        var device = Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;
        for (var folder = device; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Hex(folder, "idVendor") is { } vendor && Hex(folder, "idProduct") is { } product)
                return new UsbIdentity(vendor, product, Text(folder, "manufacturer"), Text(folder, "product"), Text(folder, "serial"));
        }

        return null;
    }

    private static ushort? Hex(string folder, string name) =>
        ushort.TryParse(Text(folder, name), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? Text(string folder, string name)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, name)).Trim();
            return text.Length == 0 ? null : text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
