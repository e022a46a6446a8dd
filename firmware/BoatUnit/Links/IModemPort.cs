using System.IO.Ports;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Where the modem's serial port comes from: on a board with one too few somebody else has it first.</summary>
public interface IModemPort
{
    /// <summary>The port, not opened; null while it is not to be had. Asked until it is given, and never after.</summary>
    SerialPort TryTake(long monotonicMs);
}
