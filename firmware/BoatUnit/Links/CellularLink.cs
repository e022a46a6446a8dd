using System.IO.Ports;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Frames as UDP datagrams over a cellular modem: one frame a datagram, one datagram on its way at a time.</summary>
public sealed class CellularLink : NetworkLink, IModemOwner
{
    private readonly AtModem _modem;

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

    /// <inheritdoc/>
    public override LinkKind Kind => LinkKind.Cellular;

    /// <inheritdoc/>
    public override LinkState State
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
    public override int RssiDbm => _modem.RssiDbm;

    /// <inheritdoc/>
    public override void Poll(long monotonicMs)
    {
        _modem.Poll(monotonicMs);
    }

    /// <inheritdoc/>
    protected override bool TryHand(byte[] frame, int offset, int length)
    {
        return _modem.Send(frame, offset, length);
    }

    /// <inheritdoc/>
    public void DatagramReceived(byte[] datagram, int bytes)
    {
        Received.Add(datagram, bytes);
    }

    /// <inheritdoc/>
    public void DatagramOverlong()
    {
        Received.AddOverlong();
    }
}
