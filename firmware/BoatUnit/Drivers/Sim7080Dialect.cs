namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// SIM7070, SIM7080 and SIM7090 (LTE-M, NB-IoT): "SIM7070_SIM7080_SIM7090 Series AT Command Manual" V1.04, chapter on
/// TCP/UDP (AT+CA...), AT+CNCFG and AT+CNACT.
/// </summary>
public sealed class Sim7080Dialect : ModemDialect
{
    private static readonly byte[] _defineContext = AtText.Ascii("AT+CGDCONT=1,\"IP\",");
    private static readonly byte[] _configure = AtText.Ascii("AT+CNCFG=0,1,");

    // Behind user and password: PAP or CHAP, as the network asks.
    private static readonly byte[] _anyAuthentication = AtText.Ascii(",3");
    private static readonly byte[] _activate = AtText.Ascii("AT+CNACT=0,1");
    private static readonly byte[] _deactivate = AtText.Ascii("AT+CNACT=0,0");
    private static readonly byte[] _queryContext = AtText.Ascii("AT+CNACT?");
    private static readonly byte[] _close = AtText.Ascii("AT+CACLOSE=0");
    private static readonly byte[] _openUdp = AtText.Ascii("AT+CAOPEN=0,0,\"UDP\",");
    private static readonly byte[] _send = AtText.Ascii("AT+CASEND=0,");
    private static readonly byte[] _receive = AtText.Ascii("AT+CARECV=0,");

    private static readonly byte[] _contextIsUp = AtText.Ascii("+APP PDP: 0,ACTIVE");
    private static readonly byte[] _contextIsDown = AtText.Ascii("+APP PDP: 0,DEACTIVE");
    private static readonly byte[] _contextState = AtText.Ascii("+CNACT: 0,");
    private static readonly byte[] _opened = AtText.Ascii("+CAOPEN: 0,");
    private static readonly byte[] _state = AtText.Ascii("+CASTATE: 0,");
    private static readonly byte[] _waiting = AtText.Ascii("+CADATAIND: 0");
    private static readonly byte[] _sent = AtText.Ascii("+CASEND: 0,");
    private static readonly byte[] _data = AtText.Ascii("+CARECV: ");

    /// <inheritdoc/>
    public override byte[] DataHeader => _data;

    /// <inheritdoc/>
    public override byte DataHeaderEnd => (byte)',';

    /// <inheritdoc/>
    public override bool WriteAttach(int index, AtText command, ModemOptions options)
    {
        switch (index)
        {
            case 0:
                command.Begin(_defineContext).Quote(options.ApnBytes);
                return Step(AtMeaning.None, errorIsFine: false);
            case 1:
                command.Begin(_configure).Quote(options.ApnBytes);
                if (options.UserBytes.Length > 0)
                {
                    command.Put((byte)',').Quote(options.UserBytes).Put((byte)',').Quote(options.PasswordBytes).Put(_anyAuthentication);
                }

                return Step(AtMeaning.None, errorIsFine: false);
            case 2:
                // Refused where the context is up already, which the next step tells.
                command.Begin(_activate);
                return Step(AtMeaning.ContextUp, errorIsFine: true);
            case 3:
                command.Begin(_queryContext);
                return Step(AtMeaning.ContextUp, errorIsFine: false);
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override bool WriteDetach(int index, AtText command)
    {
        if (index > 0)
        {
            return false;
        }

        command.Begin(_deactivate);
        return Step(AtMeaning.None, errorIsFine: true);
    }

    /// <inheritdoc/>
    public override bool WriteOpen(int index, AtText command, ModemOptions options)
    {
        switch (index)
        {
            case 0:
                command.Begin(_close);
                return Step(AtMeaning.None, errorIsFine: true);
            case 1:
                command.Begin(_openUdp).Quote(options.HostBytes).Put((byte)',').Put(options.Port);
                return Step(AtMeaning.SocketOpen, errorIsFine: false);
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override void WriteSend(int bytes, AtText command, ModemOptions options)
    {
        command.Begin(_send).Put(bytes);
        Step(AtMeaning.None, errorIsFine: false);
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
            // The manual has the socket's number before the length; the modules answer with the length alone.
            DataBytes = AtText.NumberAt(line, length, _data.Length);
            return DataBytes > 0 && line[length - 1] == DataHeaderEnd ? AtMeaning.DataFollows : AtMeaning.DataNone;
        }

        if (AtText.StartsWith(line, length, _waiting))
        {
            return AtMeaning.DataWaiting;
        }

        if (AtText.StartsWith(line, length, _sent))
        {
            return AtText.NumberAt(line, length, _sent.Length) == 0 ? AtMeaning.Sent : AtMeaning.SendRefused;
        }

        if (AtText.StartsWith(line, length, _opened))
        {
            return AtText.NumberAt(line, length, _opened.Length) == 0 ? AtMeaning.SocketOpen : AtMeaning.SocketRefused;
        }

        if (AtText.StartsWith(line, length, _state))
        {
            return AtText.NumberAt(line, length, _state.Length) == 0 ? AtMeaning.SocketClosed : AtMeaning.None;
        }

        return UnderstandContext(line, length);
    }

    private static AtMeaning UnderstandContext(byte[] line, int length)
    {
        if (AtText.Equals(line, length, _contextIsUp))
        {
            return AtMeaning.ContextUp;
        }

        if (AtText.Equals(line, length, _contextIsDown))
        {
            return AtMeaning.ContextDown;
        }

        // 0 deactivated, 1 activated, 2 in operation.
        if (AtText.StartsWith(line, length, _contextState))
        {
            return AtText.NumberAt(line, length, _contextState.Length) == 1 ? AtMeaning.ContextUp : AtMeaning.ContextDown;
        }

        return AtMeaning.None;
    }
}
