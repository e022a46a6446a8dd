namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Who is told what the modem brings.</summary>
public interface IModemOwner
{
    /// <summary>A datagram from shore; the array is the modem's own and good during the call only.</summary>
    void DatagramReceived(byte[] datagram, int bytes);

    /// <summary>A datagram that did not fit the modem driver's buffer was dropped.</summary>
    void DatagramOverlong();
}

/// <summary>The owner of the unit's clock, as far as a network may set it.</summary>
public interface INetworkTime
{
    /// <summary>The network's time, to the second (NITZ), as it was at an instant of the monotonic clock.</summary>
    void NetworkTime(long utcMs, long monotonicMs);
}

/// <summary>The modem's power key, where the board has a line to it.</summary>
public interface IModemPowerKey
{
    /// <summary>Presses or lets go.</summary>
    void Press(bool isPressed);
}
