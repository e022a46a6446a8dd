using System;
using System.IO.Ports;

namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>The receiver's serial port, whose exceptions become counts: a port that fails is tried again, not died of.</summary>
internal sealed class SerialLine : IDisposable
{
    /// <summary>
    /// What the driver holds between two polls. At 115,200 baud a poll every 10 ms leaves 116 bytes, and a loop that was
    /// held up for 80 ms still loses nothing.
    /// </summary>
    public const int PortBufferBytes = 1_024;

    // Writing gives up rather than holding the loop: the longest command takes 270 ms at 4800 baud.
    private const int WriteTimeoutMs = 300;

    private readonly string _portName;
    private readonly ReceiverCounters _counters;
    private SerialPort _port;

    public SerialLine(string portName, ReceiverCounters counters)
    {
        _portName = portName;
        _counters = counters;
    }

    public bool IsOpen
    {
        get { return _port != null; }
    }

    /// <summary>Closes and opens it at a rate: what lay in its buffers is gone. False if it cannot be opened.</summary>
    public bool TryOpen(int baudBps)
    {
        Close();
        try
        {
            _port = new SerialPort(_portName, baudBps, Parity.None, 8, StopBits.One);
            _port.ReadBufferSize = PortBufferBytes;
            _port.WriteTimeout = WriteTimeoutMs;
            _port.Open();
            return true;
        }
        catch (Exception)
        {
            Fail();
            return false;
        }
    }

    public void Close()
    {
        SerialPort port = _port;
        _port = null;
        if (port == null)
        {
            return;
        }

        try
        {
            port.Dispose();
        }
        catch (Exception)
        {
            _counters.PortErrors++;
        }
    }

    /// <summary>Takes what waits, up to the buffer's length; 0 if nothing does or the port has failed.</summary>
    public int Read(byte[] buffer)
    {
        if (_port == null)
        {
            return 0;
        }

        try
        {
            int waiting = _port.BytesToRead;
            if (waiting <= 0)
            {
                return 0;
            }

            if (waiting >= PortBufferBytes)
            {
                _counters.Overruns++;
            }

            // Never more than wait: the platform's Read waits for all that it is asked for.
            int read = _port.Read(buffer, 0, waiting < buffer.Length ? waiting : buffer.Length);
            _counters.BytesRead += read;
            return read;
        }
        catch (Exception)
        {
            Fail();
            return 0;
        }
    }

    /// <summary>Sends a command; false if the port has failed.</summary>
    public bool TryWrite(ReceiverCommand command)
    {
        if (_port == null)
        {
            return false;
        }

        try
        {
            _port.Write(command.Bytes, 0, command.Length);
            _counters.CommandsSent++;
            return true;
        }
        catch (Exception)
        {
            Fail();
            return false;
        }
    }

    public void Dispose()
    {
        Close();
    }

    private void Fail()
    {
        _counters.PortErrors++;
        Close();
    }
}
