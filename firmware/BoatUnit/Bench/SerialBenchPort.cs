using System;
using System.IO.Ports;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>The console on a serial port.</summary>
public sealed class SerialBenchPort : IBenchPort, IDisposable
{
    /// <summary>What terminals are set to.</summary>
    public const int Baud = 115_200;

    private readonly SerialPort _port;

    /// <remarks>
    /// Its driver holds the longest request: a turn of the loop takes 96 bytes, and in the 10 ms and more of a turn 115 come.
    /// </remarks>
    /// <param name="name">The port, such as COM3.</param>
    public SerialBenchPort(string name)
    {
        _port = new SerialPort(name, Baud, Parity.None, 8, StopBits.One);
        _port.ReadBufferSize = BenchConsole.RequestBytesMax;
    }

    /// <summary>Opens and reads and writes that the driver refused.</summary>
    public int Failures { get; private set; }

    /// <summary>Opens the port; false if the driver does not: the unit then runs without a console.</summary>
    public bool TryOpen()
    {
        try
        {
            _port.Open();
            return true;
        }
        catch (Exception)
        {
            // The driver has no exception of its own: a port that is taken and one that is absent differ in it.
            Failures++;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _port.Dispose();
    }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        if (!_port.IsOpen)
        {
            return 0;
        }

        try
        {
            int waiting = _port.BytesToRead;
            return waiting == 0 ? 0 : _port.Read(buffer, offset, waiting < count ? waiting : count);
        }
        catch (Exception)
        {
            Failures++;
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        if (!_port.IsOpen)
        {
            return;
        }

        try
        {
            _port.Write(buffer, offset, count);
        }
        catch (Exception)
        {
            // Nobody reads at the other end; the line is lost and the unit goes on.
            Failures++;
        }
    }
}
