extern alias Ports;

using SerialPort = Ports::System.IO.Ports.SerialPort;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A serial port of Windows or macOS, through System.IO.Ports.</summary>
internal sealed class SystemSerialLine : ISerialLine
{
    private readonly SerialPort _port;

    /// <param name="port">COM3, /dev/cu.usbserial-1.</param>
    /// <param name="baud">Bits per second.</param>
    /// <param name="holdsModemLines">
    /// Both DTR and RTS asserted, which moves no pin of an ESP32's reset circuit (see <see cref="LinuxSerialLine"/>). The
    /// class's default drops DTR first and RTS behind it on systems that assert both when opening, and that resets the
    /// unit. False for a pseudo-terminal, which has no such lines.
    /// </param>
    /// <exception cref="IOException">It is not there, or is no serial port.</exception>
    /// <exception cref="UnauthorizedAccessException">It is taken, or may not be opened.</exception>
    public SystemSerialLine(string port, int baud, bool holdsModemLines = true)
    {
        _port = new SerialPort(port, baud) { DtrEnable = holdsModemLines, RtsEnable = holdsModemLines };
        try
        {
            _port.Open();
            _port.DiscardInBuffer();
        }
        catch
        {
            _port.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Read(byte[] bytes, int timeoutMs)
    {
        try
        {
            _port.ReadTimeout = Math.Max(1, timeoutMs);
            return _port.Read(bytes, 0, bytes.Length);
        }
        catch (TimeoutException)
        {
            return 0;
        }
        catch (Exception e) when (IsEnd(e))
        {
            return -1;
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs)
    {
        try
        {
            _port.WriteTimeout = Math.Max(1, timeoutMs);
            _port.Write(bytes.ToArray(), 0, bytes.Length);
            return true;
        }
        catch (Exception e) when (e is TimeoutException || IsEnd(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _port.Dispose();

    // What an unplugged adapter throws differs by system and by what it was doing.
    private static bool IsEnd(Exception e) => e is IOException or InvalidOperationException or UnauthorizedAccessException or OperationCanceledException;
}
