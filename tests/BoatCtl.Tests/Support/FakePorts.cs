using BoatTelemetry.BoatCtl.Bench;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>
/// A sysfs and a folder of devices with Linux's own layout (Documentation/ABI/stable/sysfs-bus-usb, and as seen with CP210x and
/// CDC-ACM devices): class/tty/NAME is a link into devices, whose "device" is the interface below the USB device.
/// </summary>
internal sealed class FakePorts
{
    private readonly string _root;

    public FakePorts(string root)
    {
        _root = root;
        Directory.CreateDirectory(Path.Combine(root, "sys", "class", "tty"));
        Directory.CreateDirectory(Devices);
    }

    public string Devices => Path.Combine(_root, "dev");

    public PortCatalog Catalog => PortCatalog.OfLinux(Path.Combine(_root, "sys"), Devices);

    /// <summary>A serial bridge, whose port is a directory of its own below the interface.</summary>
    public void AddUsb(string name, string bus, string vendor, string product, string? text, string terminal)
    {
        var device = Path.Combine(_root, "sys", "devices", "pci0000:00", "usb1", bus);
        var port = Path.Combine(device, bus + ":1.0", name);
        var tty = Path.Combine(port, "tty", name);
        Directory.CreateDirectory(tty);
        File.WriteAllText(Path.Combine(device, "idVendor"), vendor + "\n");
        File.WriteAllText(Path.Combine(device, "idProduct"), product + "\n");
        if (text is not null)
            File.WriteAllText(Path.Combine(device, "product"), text + "\n");

        Directory.CreateSymbolicLink(Path.Combine(tty, "device"), port);
        Link(name, tty, terminal);
    }

    /// <summary>A port of the PC's own; type 0 is one that is not there.</summary>
    public void AddBuiltIn(string name, string type, string terminal)
    {
        var platform = Path.Combine(_root, "sys", "devices", "platform", "serial8250");
        var tty = Path.Combine(platform, "tty", name);
        Directory.CreateDirectory(tty);
        File.WriteAllText(Path.Combine(tty, "type"), type + "\n");
        Directory.CreateSymbolicLink(Path.Combine(tty, "device"), platform);
        Link(name, tty, terminal);
    }

    /// <summary>A console of the system, which has no device.</summary>
    public void AddConsole(string name)
    {
        var tty = Path.Combine(_root, "sys", "devices", "virtual", "tty", name);
        Directory.CreateDirectory(tty);
        Directory.CreateSymbolicLink(Path.Combine(_root, "sys", "class", "tty", name), tty);
    }

    private void Link(string name, string tty, string terminal)
    {
        Directory.CreateSymbolicLink(Path.Combine(_root, "sys", "class", "tty", name), tty);
        File.CreateSymbolicLink(Path.Combine(Devices, name), terminal);
    }
}
