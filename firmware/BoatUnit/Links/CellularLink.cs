using System.IO.Ports;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Links;

/// <summary>Frames as UDP datagrams over a cellular modem: one frame a datagram, one datagram on its way at a time.</summary>
public sealed class CellularLink : NetworkLink, IModemOwner
{
    private readonly IModemPort _port;
    private readonly ModemDialect _dialect;
    private readonly ModemOptions _options;
    private readonly INetworkTime _time;
    private readonly IModemPowerKey _powerKey;
    private AtModem _modem;

    /// <param name="port">Where the modem's serial port comes from.</param>
    /// <param name="dialect">The modem's family.</param>
    /// <param name="options">Checked here; not to be changed afterwards.</param>
    /// <param name="time">Told the network's time, or null.</param>
    /// <param name="powerKey">The modem's power key, or null where the board has none.</param>
    public CellularLink(IModemPort port, ModemDialect dialect, ModemOptions options, INetworkTime time, IModemPowerKey powerKey)
    {
        _port = port;
        _dialect = dialect;
        _options = options;
        _time = time;
        _powerKey = powerKey;
    }

    /// <summary>The modem, for its counters; null while somebody else has its port.</summary>
    public AtModem Modem => _modem;

    /// <summary>Whether somebody else has the modem's port.</summary>
    public bool IsWaiting => _modem == null;

    /// <inheritdoc/>
    public override LinkKind Kind => LinkKind.Cellular;

    /// <inheritdoc/>
    public override LinkState State
    {
        get
        {
            if (IsWaiting)
            {
                return LinkState.Starting;
            }

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
    public override int RssiDbm => IsWaiting ? RadioLevel.Unknown : _modem.RssiDbm;

    /// <inheritdoc/>
    public override void Poll(long monotonicMs)
    {
        if (!IsWaiting || TryBegin(monotonicMs))
        {
            _modem.Poll(monotonicMs);
        }
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

    private bool TryBegin(long monotonicMs)
    {
        SerialPort port = _port.TryTake(monotonicMs);
        if (port == null)
        {
            return false;
        }

        _modem = new AtModem(port, _dialect, _options, this, _time, _powerKey);
        return true;
    }
}
