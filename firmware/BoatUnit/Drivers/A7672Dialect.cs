using System;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// A7670, A7672 and kin (LTE Cat 1): "A76XX Series AT Command Manual" V1.09, chapter on TCP/IP (AT+NETOPEN, AT+CIPOPEN,
/// AT+CIPSEND, AT+CIPRXGET). A UDP socket has no peer there: each datagram is sent to an address, so a name is resolved
/// with AT+CDNSGIP when the socket is opened.
/// </summary>
public sealed class A7672Dialect : ModemDialect
{
    /// <summary>Longest address, bytes: an IPv4 address in dotted form.</summary>
    public const int AddressBytesMax = 15;

    private static readonly byte[] _defineContext = AtText.Ascii("AT+CGDCONT=1,\"IP\",");

    // PAP; the user comes before the password in this family.
    private static readonly byte[] _authenticate = AtText.Ascii("AT+CGAUTH=1,1,");
    private static readonly byte[] _receiveOnDemand = AtText.Ascii("AT+CIPRXGET=1");
    private static readonly byte[] _netOpen = AtText.Ascii("AT+NETOPEN");
    private static readonly byte[] _queryNet = AtText.Ascii("AT+NETOPEN?");
    private static readonly byte[] _netClose = AtText.Ascii("AT+NETCLOSE");
    private static readonly byte[] _resolve = AtText.Ascii("AT+CDNSGIP=");
    private static readonly byte[] _close = AtText.Ascii("AT+CIPCLOSE=0");
    private static readonly byte[] _openUdp = AtText.Ascii("AT+CIPOPEN=0,\"UDP\",,,");
    private static readonly byte[] _send = AtText.Ascii("AT+CIPSEND=0,");
    private static readonly byte[] _receive = AtText.Ascii("AT+CIPRXGET=2,0,");

    private static readonly byte[] _net = AtText.Ascii("+NETOPEN: ");
    private static readonly byte[] _netEvent = AtText.Ascii("+CIPEVENT: NETWORK CLOSED");
    private static readonly byte[] _resolved = AtText.Ascii("+CDNSGIP: ");
    private static readonly byte[] _opened = AtText.Ascii("+CIPOPEN: 0,");
    private static readonly byte[] _closedByPeer = AtText.Ascii("+IPCLOSE: 0,");
    private static readonly byte[] _sent = AtText.Ascii("+CIPSEND: 0,");
    private static readonly byte[] _waiting = AtText.Ascii("+CIPRXGET: 1,0");
    private static readonly byte[] _data = AtText.Ascii("+CIPRXGET: 2,0,");

    private readonly byte[] _address = new byte[AddressBytesMax];
    private int _addressBytes;
    private bool _isQueryingNet;

    /// <inheritdoc/>
    public override byte[] DataHeader => _data;

    /// <inheritdoc/>
    public override byte DataHeaderEnd => (byte)'\n';

    /// <inheritdoc/>
    public override bool WriteAttach(int index, AtText command, ModemOptions options)
    {
        _isQueryingNet = false;
        switch (index)
        {
            case 0:
                command.Begin(_defineContext).Quote(options.ApnBytes);
                return Step(AtMeaning.None, errorIsFine: false);
            case 1:
                if (options.UserBytes.Length == 0)
                {
                    command.Begin(_receiveOnDemand);
                    return Step(AtMeaning.None, errorIsFine: true);
                }

                command.Begin(_authenticate).Quote(options.UserBytes).Put((byte)',').Quote(options.PasswordBytes);
                return Step(AtMeaning.None, errorIsFine: false);
            case 2:
                // "+IP ERROR: Network is already opened" and ERROR where it is up, which the query after next tells.
                command.Begin(_netOpen);
                return Step(AtMeaning.ContextUp, errorIsFine: true);
            case 3:
                command.Begin(_receiveOnDemand);
                return Step(AtMeaning.None, errorIsFine: false);
            case 4:
                _isQueryingNet = true;
                command.Begin(_queryNet);
                return Step(AtMeaning.ContextUp, errorIsFine: false);
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override bool WriteDetach(int index, AtText command)
    {
        _isQueryingNet = false;
        if (index > 0)
        {
            return false;
        }

        command.Begin(_netClose);
        return Step(AtMeaning.None, errorIsFine: true);
    }

    /// <inheritdoc/>
    public override bool WriteOpen(int index, AtText command, ModemOptions options)
    {
        _isQueryingNet = false;
        switch (index)
        {
            case 0:
                command.Begin(_close);
                return Step(AtMeaning.None, errorIsFine: true);
            case 1:
                command.Begin(_openUdp).Put(options.LocalPort);
                return Step(AtMeaning.SocketOpen, errorIsFine: false);
            case 2:
                if (options.IsHostAnAddress)
                {
                    _addressBytes = options.HostBytes.Length;
                    Array.Copy(options.HostBytes, 0, _address, 0, _addressBytes);
                    return false;
                }

                command.Begin(_resolve).Quote(options.HostBytes);
                return Step(AtMeaning.Resolved, errorIsFine: false);
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override void WriteSend(int bytes, AtText command, ModemOptions options)
    {
        command.Begin(_send).Put(bytes).Put((byte)',').Put((byte)'"');
        for (int i = 0; i < _addressBytes; i++)
        {
            command.Put(_address[i]);
        }

        command.Put((byte)'"').Put((byte)',').Put(options.Port);
        Step(AtMeaning.Sent, errorIsFine: false);
    }

    /// <inheritdoc/>
    public override void WriteReceive(int bytesMax, AtText command)
    {
        command.Begin(_receive).Put(bytesMax);
        Step(AtMeaning.None, errorIsFine: true);
    }

    /// <inheritdoc/>
    public override AtMeaning Understand(byte[] line, int length)
    {
        if (AtText.StartsWith(line, length, _data))
        {
            DataBytes = AtText.NumberAt(line, length, _data.Length);
            return DataBytes > 0 ? AtMeaning.DataFollows : AtMeaning.DataNone;
        }

        if (AtText.StartsWith(line, length, _waiting))
        {
            return AtMeaning.DataWaiting;
        }

        if (AtText.StartsWith(line, length, _sent))
        {
            // +CIPSEND: <link>,<asked>,<sent>; 0 is a full buffer, -1 a socket that is gone.
            return AtText.Field(line, length, _sent.Length, 1) > 0 ? AtMeaning.Sent : AtMeaning.SendRefused;
        }

        if (AtText.StartsWith(line, length, _opened))
        {
            return AtText.NumberAt(line, length, _opened.Length) == 0 ? AtMeaning.SocketOpen : AtMeaning.SocketRefused;
        }

        if (AtText.StartsWith(line, length, _closedByPeer))
        {
            return AtMeaning.SocketClosed;
        }

        return UnderstandNet(line, length);
    }

    private AtMeaning UnderstandNet(byte[] line, int length)
    {
        if (AtText.StartsWith(line, length, _netEvent))
        {
            return AtMeaning.ContextDown;
        }

        // As an answer to the query 1 is "open", as the outcome of opening 0 is "no error".
        if (AtText.StartsWith(line, length, _net))
        {
            int good = _isQueryingNet ? 1 : 0;
            return AtText.NumberAt(line, length, _net.Length) == good ? AtMeaning.ContextUp : AtMeaning.ContextDown;
        }

        return AtText.StartsWith(line, length, _resolved) ? TakeAddress(line, length) : AtMeaning.None;
    }

    // +CDNSGIP: 1,"name","address", or +CDNSGIP: 0,<error>.
    private AtMeaning TakeAddress(byte[] line, int length)
    {
        int at = AtText.FieldStart(line, length, _resolved.Length, 2);
        if (AtText.NumberAt(line, length, _resolved.Length) != 1 || at < 0 || at >= length || line[at] != (byte)'"')
        {
            return AtMeaning.SocketRefused;
        }

        _addressBytes = 0;
        for (at++; at < length && line[at] != (byte)'"'; at++)
        {
            if (_addressBytes == AddressBytesMax)
            {
                return AtMeaning.SocketRefused;
            }

            _address[_addressBytes++] = line[at];
        }

        return AtMeaning.Resolved;
    }
}
