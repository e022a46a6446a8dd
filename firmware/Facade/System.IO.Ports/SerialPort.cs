using System.Threading;
using BoatTelemetry.Facade.Wires;
using nanoFramework.Hardware.Esp32;
using PinMap = nanoFramework.Hardware.Esp32.Configuration;

namespace System.IO.Ports;

/// <summary>
/// A serial port over the line that is soldered to the pins which it had when it was opened, or to its name. A port that
/// leads nowhere is silent and swallows what it is given, as the real one does.
/// </summary>
public sealed class SerialPort : IDisposable
{
    private const int PollMs = 1;

    private readonly BoardWires _board;
    private string? _pins;
    private bool _isDisposed;
    private int _baudRate;
    private int _bufferBytes = 256;
    private int _readTimeoutMs = Timeout.Infinite;
    private int _writeTimeoutMs = Timeout.Infinite;

    /// <exception cref="ArgumentException">A port of that name exists and has not been disposed.</exception>
    public SerialPort(string portName, int baudRate = 9600, Parity parity = Parity.None, int dataBits = 8, StopBits stopBits = StopBits.One)
    {
        _board = BoardWires.Current;
        if (_board.Find<SerialPort>(portName) is not null)
            throw new ArgumentException($"{portName} is in use.", nameof(portName));

        PortName = portName;
        _baudRate = baudRate;
        Parity = parity;
        DataBits = dataBits;
        StopBits = stopBits;
        _board.Connect(portName, this);
    }

    public string PortName { get; }

    public Parity Parity { get; set; }

    public int DataBits { get; set; }

    public StopBits StopBits { get; set; }

    public Handshake Handshake { get; set; }

    public bool IsOpen { get; private set; }

    public int BaudRate
    {
        get => _baudRate;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _baudRate = value;
        }
    }

    public int ReadTimeout
    {
        get => _readTimeoutMs;
        set => _readTimeoutMs = CheckedTimeout(value);
    }

    public int WriteTimeout
    {
        get => _writeTimeoutMs;
        set => _writeTimeoutMs = CheckedTimeout(value);
    }

    // The platform has one buffer size for both directions, and only the receiving buffer is allocated.
    public int ReadBufferSize
    {
        get => _bufferBytes;
        set => SetBufferBytes(value);
    }

    public int WriteBufferSize
    {
        get => _bufferBytes;
        set => SetBufferBytes(value);
    }

    public int BytesToRead => Line()?.BytesWaiting(_baudRate) ?? 0;

    /// <exception cref="ArgumentException">
    /// COM1: the platform keeps the first UART for its debugger as long as no host is at the chip's own USB
    /// (nf-interpreter, sys_io_ser_native_System_IO_Ports_SerialPort.cpp, NativeInit), and none is on either board.
    /// </exception>
    public void Open()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (IsOpen)
            throw new InvalidOperationException("The port is open.");
        if (PortName == "COM1")
        {
#pragma warning disable MA0015 // Open has no parameter; the platform throws this one all the same.
            throw new ArgumentException("The debugger has this port.");
#pragma warning restore MA0015
        }

        _pins = PinsOf(PortName);
        IsOpen = true;
    }

    public void Close() => IsOpen = false;

    /// <summary>
    /// Waits until <paramref name="count"/> bytes are there, and takes none if they do not come in time: what the ESP32's
    /// native part does (nf-interpreter, sys_io_ser_native_System_IO_Ports_SerialPort.cpp). .NET's own would take fewer.
    /// </summary>
    /// <exception cref="TimeoutException">Fewer came within <see cref="ReadTimeout"/>.</exception>
    public int Read(byte[] buffer, int offset, int count)
    {
        CheckOpen();
        var into = buffer.AsSpan(offset, count);
        if (!WaitFor(count))
            throw new TimeoutException();

        return Line()?.Take(_baudRate, into) ?? 0;
    }

    public void Write(byte[] buffer, int offset, int count)
    {
        CheckOpen();
        Line()?.Send(_baudRate, buffer.AsSpan(offset, count));
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        IsOpen = false;
        _board.Disconnect<SerialPort>(PortName);
    }

    private static int CheckedTimeout(int valueMs)
    {
        if (valueMs < 0 && valueMs != Timeout.Infinite)
            throw new ArgumentOutOfRangeException(nameof(valueMs));

        return valueMs;
    }

    private void SetBufferBytes(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        if (IsOpen)
            throw new InvalidOperationException("The port is open.");

        _bufferBytes = value;
    }

    private static string? PinsOf(string portName)
    {
        var (tx, rx) = portName == "COM2"
            ? (PinMap.GetFunctionPin(DeviceFunction.COM2_TX), PinMap.GetFunctionPin(DeviceFunction.COM2_RX))
            : (PinMap.GetFunctionPin(DeviceFunction.COM3_TX), PinMap.GetFunctionPin(DeviceFunction.COM3_RX));
        return tx < 0 || rx < 0 ? null : IUartLine.Place(tx, rx);
    }

    private IUartLine? Line()
    {
        if (!IsOpen)
            return null;

        return (_pins is null ? null : _board.Find<IUartLine>(_pins)) ?? _board.Find<IUartLine>(PortName);
    }

    private void CheckOpen()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!IsOpen)
            throw new InvalidOperationException("The port is closed.");
    }

    private bool HasWaiting(int count) => (Line()?.BytesWaiting(_baudRate) ?? 0) >= count;

    // Without an allocation where nothing has to be waited for: tests measure what the firmware allocates.
    private bool WaitFor(int count)
    {
        var startMs = Environment.TickCount64;
        while (!HasWaiting(count))
        {
            if (_readTimeoutMs != Timeout.Infinite && Environment.TickCount64 - startMs >= _readTimeoutMs)
                return false;

            Thread.Sleep(PollMs);
        }

        return true;
    }
}
