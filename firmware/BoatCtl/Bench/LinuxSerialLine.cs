using BoatTelemetry.Serial;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A serial device or pseudo-terminal of Linux.</summary>
/// <remarks>
/// An ESP32 board's reset circuit pulls EN low while RTS is asserted and DTR is not, and GPIO0 low the other way round
/// (Espressif, esptool documentation, "Boot Mode Selection", automatic bootloader). Linux asserts both at once when a port
/// is opened, which moves neither pin. <see cref="SerialDevice"/> leaves them so, and its settings have no HUPCL, so that
/// closing does not drop them one after the other either: the unit runs on.
/// </remarks>
internal sealed class LinuxSerialLine(string port, int baud) : ISerialLine
{
    private readonly SerialDevice _device = SerialDevice.Open(port, baud);

    /// <inheritdoc/>
    public int Read(byte[] bytes, int timeoutMs) => _device.Read(bytes, timeoutMs);

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs) => _device.TryWrite(bytes, timeoutMs);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();
}
