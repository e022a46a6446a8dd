using System.IO.Ports;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Frames as UDP datagrams over a cellular modem: one frame a datagram, one datagram on its way at a time.</summary>
public sealed class CellularLink : IUnitLink, IModemOwner
{
    private readonly AtModem _modem;
    private readonly FrameRing _received = new FrameRing();

    /// <param name="port">The modem's serial port.</param>
    /// <param name="dialect">The modem's family.</param>
    /// <param name="options">Checked here; not to be changed afterwards.</param>
    /// <param name="time">Told the network's time, or null.</param>
    /// <param name="powerKey">The modem's power key, or null where the board has none.</param>
    public CellularLink(SerialPort port, ModemDialect dialect, ModemOptions options, INetworkTime time, IModemPowerKey powerKey)
    {
        _modem = new AtModem(port, dialect, options, this, time, powerKey);
    }

    /// <summary>The modem, for its counters.</summary>
    public AtModem Modem => _modem;

    /// <summary>What waits to be received, for its counters.</summary>
    public FrameRing Received => _received;

    /// <inheritdoc/>
    public LinkKind Kind => LinkKind.Cellular;

    /// <inheritdoc/>
    public int FrameBytesMax => FrameLimits.FrameBytesMax;

    /// <inheritdoc/>
    public LinkState State
    {
        get
        {
            switch (_modem.State)
            {
                case ModemState.Ready:
                    return _modem.IsSending ? LinkState.Busy : LinkState.Ready;
                case ModemState.SettingUp:
                case ModemState.Registering:
                case ModemState.Attaching:
                case ModemState.Opening:
                    return LinkState.Starting;
                default:
                    return LinkState.Down;
            }
        }
    }

    /// <summary>Of the serving cell, dBm: a datagram has no level of its own.</summary>
    public int RssiDbm => _modem.RssiDbm;

    /// <inheritdoc/>
    public int SnrCdb => RadioLevel.Unknown;

    /// <inheritdoc/>
    public LinkResult Send(byte[] frame, int offset, int length)
    {
        if (length > FrameBytesMax)
        {
            return LinkResult.TooLong;
        }

        switch (State)
        {
            case LinkState.Ready:
                return _modem.Send(frame, offset, length) ? LinkResult.Sent : LinkResult.Busy;
            case LinkState.Busy:
                return LinkResult.Busy;
            default:
                return LinkResult.Down;
        }
    }

    /// <inheritdoc/>
    public void Poll(long monotonicMs)
    {
        _modem.Poll(monotonicMs);
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset)
    {
        return _received.Take(buffer, offset);
    }

    /// <inheritdoc/>
    public void DatagramReceived(byte[] datagram, int bytes)
    {
        _received.Add(datagram, bytes);
    }

    /// <inheritdoc/>
    public void DatagramOverlong()
    {
        _received.AddOverlong();
    }
}
