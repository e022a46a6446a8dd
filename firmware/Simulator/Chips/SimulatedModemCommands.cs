using System.Globalization;
using System.Text;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>What a simulated modem answers to each command: the manuals named at the unit's dialects.</summary>
internal sealed class SimulatedModemCommands(SimulatedModem modem, SimulatedModemSocket socket)
{
    private static readonly string[] _plain =
    [
        "AT", "AT+CMEE=1", "AT+CTZU=1", "AT+CREG=1", "AT+CGREG=1", "AT+CEREG=1", "AT+CGATT=0", "AT+CGATT=1", "AT+CIPRXGET=1",
    ];

    private bool _isContextUp;
    private bool _isSocketOpen;
    private string _server = "";
    private int _serverPort;

    public int Answered { get; private set; }

    private bool IsSim7080 => modem.Family == SimulatedModemFamily.Sim7080;

    public void Drop()
    {
        _isContextUp = false;
        _isSocketOpen = false;
    }

    public void CloseSocket()
    {
        if (!_isSocketOpen)
            return;

        _isSocketOpen = false;
        modem.Say(IsSim7080 ? "+CASTATE: 0,0" : "+IPCLOSE: 0,2");
    }

    public void TellWaiting()
    {
        if (!_isSocketOpen)
            return;

        socket.Told();
        modem.Say(IsSim7080 ? "+CADATAIND: 0" : "+CIPRXGET: 1,0");
    }

    public void Answer(string command)
    {
        Answered++;
        if (Array.IndexOf(_plain, command) >= 0)
            modem.Say("OK");
        else if (!AnswerCommon(command) && !(IsSim7080 ? AnswerSim7080(command) : AnswerA7672(command)))
            modem.Say("ERROR");
    }

    private bool AnswerCommon(string command)
    {
        switch (command)
        {
            case "ATE0":
                modem.IsEchoing = false;
                modem.Say("OK");
                return true;
            case "AT+CPIN?":
                Say(modem.HasSim ? "+CPIN: READY" : null, modem.HasSim ? "OK" : "+CME ERROR: 10");
                return true;
            case "AT+CSQ":
                Say($"+CSQ: {Number(modem.Signal)},99", "OK");
                return true;
            case "AT+CCLK?":
                Say($"+CCLK: \"{modem.ClockText}\"", "OK");
                return true;
            case "AT+CEREG?":
                Say($"+CEREG: 1,{Number(modem.Registration)}", "OK");
                return true;
            case "AT+CREG?":
            case "AT+CGREG?":
                Say($"{command[2..^1]}: 1,0", "OK");
                return true;
            case "AT+CFUN=1,1":
                modem.Say("OK");
                modem.Start();
                return true;
            default:
                return AnswerRate(command);
        }
    }

    private bool AnswerRate(string command)
    {
        if (command.StartsWith("AT+CGDCONT=1,\"IP\",", StringComparison.Ordinal) || command.StartsWith("AT+CGAUTH=1,", StringComparison.Ordinal))
        {
            modem.Say("OK");
            return true;
        }

        if (!command.StartsWith("AT+IPR=", StringComparison.Ordinal) || !int.TryParse(command[7..], CultureInfo.InvariantCulture, out var rate))
            return false;

        // The answer still comes at the old rate.
        modem.Say("OK");
        modem.Baud = rate;
        return true;
    }

    private bool AnswerSim7080(string command)
    {
        switch (command)
        {
            case "AT+CNACT=0,1" when _isContextUp || modem.RefusesContext || modem.Registration != 1:
                modem.Say("ERROR");
                return true;
            case "AT+CNACT=0,1":
                _isContextUp = true;
                Say("OK", "+APP PDP: 0,ACTIVE");
                return true;
            case "AT+CNACT=0,0":
                Say("OK", _isContextUp ? "+APP PDP: 0,DEACTIVE" : null);
                Drop();
                return true;
            case "AT+CNACT?":
                Say(_isContextUp ? "+CNACT: 0,1,\"10.64.3.7\"" : "+CNACT: 0,0,\"0.0.0.0\"", "+CNACT: 1,0,\"0.0.0.0\"", "OK");
                return true;
            case "AT+CACLOSE=0":
                modem.Say(_isSocketOpen ? "OK" : "ERROR");
                _isSocketOpen = false;
                return true;
            default:
                return AnswerSim7080Data(command);
        }
    }

    private bool AnswerSim7080Data(string command)
    {
        if (command.StartsWith("AT+CNCFG=0,1,", StringComparison.Ordinal))
        {
            modem.Say("OK");
            return true;
        }

        var fields = command[(command.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(',');
        if (command.StartsWith("AT+CAOPEN=0,0,\"UDP\",", StringComparison.Ordinal) && fields.Length == 5)
        {
            _isSocketOpen = _isContextUp && socket.Open(fields[3].Trim('"'), int.Parse(fields[4], CultureInfo.InvariantCulture));
            Say(_isSocketOpen ? "+CAOPEN: 0,0" : "+CAOPEN: 0,1", "OK");
            return true;
        }

        if (command.StartsWith("AT+CASEND=0,", StringComparison.Ordinal))
            return AnswerSend(int.Parse(fields[1], CultureInfo.InvariantCulture), _ => modem.Say("OK"));

        if (!command.StartsWith("AT+CARECV=0,", StringComparison.Ordinal))
            return false;

        var datagram = Cut(socket.Take(), int.Parse(fields[1], CultureInfo.InvariantCulture));
        if (datagram is null)
            Say("+CARECV: 0", "OK");
        else
            modem.SayRaw([.. Encoding.ASCII.GetBytes($"\r\n+CARECV: {Number(datagram.Length)},"), .. datagram, .. "\r\n\r\nOK\r\n"u8]);

        return true;
    }

    private bool AnswerA7672(string command)
    {
        switch (command)
        {
            case "AT+NETOPEN" when _isContextUp:
                Say("+IP ERROR: Network is already opened", "ERROR");
                return true;
            case "AT+NETOPEN" when modem.RefusesContext || modem.Registration != 1:
                Say("OK", "+NETOPEN: 1");
                return true;
            case "AT+NETOPEN":
                _isContextUp = true;
                Say("OK", "+NETOPEN: 0");
                return true;
            case "AT+NETOPEN?":
                Say(_isContextUp ? "+NETOPEN: 1" : "+NETOPEN: 0", "OK");
                return true;
            case "AT+NETCLOSE":
                Say(_isContextUp ? "OK" : "+NETCLOSE: 2", _isContextUp ? "+NETCLOSE: 0" : "ERROR");
                Drop();
                return true;
            case "AT+CIPCLOSE=0":
                Say(_isSocketOpen ? "OK" : "+CIPCLOSE: 0,4", _isSocketOpen ? "+CIPCLOSE: 0,0" : "ERROR");
                _isSocketOpen = false;
                return true;
            default:
                return AnswerA7672Data(command);
        }
    }

    private bool AnswerA7672Data(string command)
    {
        var fields = command[(command.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(',');
        if (command.StartsWith("AT+CIPOPEN=0,\"UDP\",,,", StringComparison.Ordinal))
        {
            _isSocketOpen = _isContextUp;
            Say(_isSocketOpen ? "OK" : "+CIPOPEN: 0,2", _isSocketOpen ? "+CIPOPEN: 0,0" : "ERROR");
            return true;
        }

        if (command.StartsWith("AT+CDNSGIP=", StringComparison.Ordinal))
        {
            Say($"+CDNSGIP: 1,{fields[0]},\"127.0.0.1\"", "OK");
            return true;
        }

        if (command.StartsWith("AT+CIPSEND=0,", StringComparison.Ordinal) && fields.Length == 4)
        {
            OpenTowards(fields[2].Trim('"'), int.Parse(fields[3], CultureInfo.InvariantCulture));
            return AnswerSend(
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                bytes => Say("OK", $"+CIPSEND: 0,{Number(bytes)},{Number(bytes)}"));
        }

        if (!command.StartsWith("AT+CIPRXGET=2,0,", StringComparison.Ordinal))
            return false;

        var datagram = Cut(socket.Take(), int.Parse(fields[2], CultureInfo.InvariantCulture));
        if (datagram is null)
            Say("+IP ERROR: No data", "ERROR");
        else
            modem.SayRaw([.. Encoding.ASCII.GetBytes($"\r\n+CIPRXGET: 2,0,{Number(datagram.Length)},0\r\n"), .. datagram, .. "\r\nOK\r\n"u8]);

        return true;
    }

    private void OpenTowards(string server, int port)
    {
        if (_server == server && _serverPort == port)
            return;

        (_server, _serverPort) = (server, port);
        socket.Open(server, port);
    }

    private bool AnswerSend(int bytes, Action<int> onSent)
    {
        if (!_isSocketOpen || modem.RefusesSend)
            return false;

        modem.TakePayload(bytes, payload =>
        {
            socket.Send(payload);
            onSent(payload.Length);
        });
        return true;
    }

    // What is left of a datagram longer than was asked for is lost here; the manuals do not say.
    private static byte[]? Cut(byte[]? datagram, int bytesMax) =>
        datagram is null || datagram.Length <= bytesMax ? datagram : datagram[..bytesMax];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Say(params string?[] lines)
    {
        foreach (var line in lines)
        {
            if (line is not null)
                modem.Say(line);
        }
    }
}
