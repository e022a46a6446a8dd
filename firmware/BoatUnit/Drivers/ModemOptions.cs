using System;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>How the modem is reached, which network and server it is to reach, and how long each wait may last.</summary>
public sealed class ModemOptions
{
    /// <summary>Longest text that goes into a command, bytes.</summary>
    public const int TextBytesMax = 64;

    /// <summary>Most of the user's own set-up commands.</summary>
    public const int SetUpCommandsMax = 4;

    public string Apn = "internet";

    /// <summary>Empty for none.</summary>
    public string User = "";

    public string Password = "";

    /// <summary>Name or IPv4 address of the gateway.</summary>
    public string Host = "";

    public int Port = 1730;

    /// <summary>The unit's own UDP port, for modems that must be told one.</summary>
    public int LocalPort = 1730;

    /// <summary>The only operator to register with, as MCC and MNC (51010), or empty to let the SIM choose.</summary>
    public string Operator = "";

    /// <summary>Further commands after power-on, such as AT+CNMP=38 and AT+CBANDCFG="CAT-M",3,8; none of them has to succeed.</summary>
#pragma warning disable MA0005 // Array.Empty is generic, which the platform does not have.
    public string[] SetUpCommands = new string[0];
#pragma warning restore MA0005

    /// <summary>The rate the modem is to work at, bits a second.</summary>
    public int BaudRate = 115_200;

    /// <summary>Which of all jitters.</summary>
    public int Seed = 1;

    /// <summary>For a command that the modem answers by itself.</summary>
    public int CommandTimeoutMs = 5_000;

    /// <summary>For AT alone, when it is not known whether anybody listens at this rate.</summary>
    public int SyncTimeoutMs = 300;

    /// <summary>Between two rounds through all rates.</summary>
    public int SyncPauseMs = 1_000;

    public int SyncRoundsMax = 3;

    /// <summary>After power-on the SIM answers late.</summary>
    public int SimTimeoutMs = 20_000;

    public int RegistrationPollMs = 2_000;

    /// <summary>A first search through all bands takes minutes.</summary>
    public int RegistrationTimeoutMs = 180_000;

    /// <summary>The manuals allow the network 60 s (CNACT) and 120 s (NETOPEN); after 60 s a new attempt has better chances.</summary>
    public int AttachTimeoutMs = 60_000;

    public int OpenTimeoutMs = 30_000;

    /// <summary>From the command to the last final code of a datagram.</summary>
    public int SendTimeoutMs = 10_000;

    public int ReceiveTimeoutMs = 5_000;

    /// <summary>Held that long, the power key switches a SIM7080 (1 s) and an A7672 (0.5 s) on, and a running SIM7080 (1.2 s) off.</summary>
    public int PowerKeyMs = 1_500;

    /// <summary>From power-on or reset to the first attempt to talk.</summary>
    public int BootMs = 5_000;

    /// <summary>Signal, registration and forgotten datagrams are looked after so often.</summary>
    public int MonitorMs = 60_000;

    public int ClockMs = 3_600_000;

    /// <summary>Ready for so long, the modem is taken for healthy, and the next failure begins at the lowest rung again.</summary>
    public int StableMs = 600_000;

    /// <summary>The first pause after a failure; it doubles up to <see cref="BackOffMaxMs"/>.</summary>
    public int BackOffMinMs = 2_000;

    public int BackOffMaxMs = 300_000;

    /// <summary>A network that tells a time before this has not set it (2024-01-01).</summary>
    public long EarliestUtcMs = 1_704_067_200_000;

    internal byte[] ApnBytes { get; private set; }

    internal byte[] UserBytes { get; private set; }

    internal byte[] PasswordBytes { get; private set; }

    internal byte[] HostBytes { get; private set; }

    internal byte[] OperatorBytes { get; private set; }

    internal bool IsHostAnAddress { get; private set; }

    /// <summary>Checks and takes over the texts: called once by the driver.</summary>
    /// <exception cref="ArgumentException">A text cannot stand in a command, or a number is none.</exception>
    internal void Freeze()
    {
        ApnBytes = Checked(Apn);
        UserBytes = Checked(User);
        PasswordBytes = Checked(Password);
        HostBytes = Checked(Host);
        OperatorBytes = Checked(Operator);
        IsHostAnAddress = IsAddress(HostBytes);
        if (HostBytes.Length == 0 || Port < 1 || Port > 65_535 || LocalPort < 1 || LocalPort > 65_535)
        {
            throw new ArgumentException("The modem needs a server and ports of 1 to 65535.");
        }

        if (SetUpCommands.Length > SetUpCommandsMax)
        {
            throw new ArgumentException("Too many set-up commands for the modem.");
        }
    }

    // A quote or a line end would end the text and begin a command of its own.
    private static byte[] Checked(string text)
    {
        byte[] bytes = AtText.Ascii(text);
        if (bytes.Length > TextBytesMax)
        {
            throw new ArgumentException("A text for the modem is too long.");
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x20 || bytes[i] > 0x7E || bytes[i] == (byte)'"')
            {
                throw new ArgumentException("A text for the modem holds a character that a command cannot.");
            }
        }

        return bytes;
    }

    private static bool IsAddress(byte[] host)
    {
        for (int i = 0; i < host.Length; i++)
        {
            if (host[i] != (byte)'.' && (host[i] < (byte)'0' || host[i] > (byte)'9'))
            {
                return false;
            }
        }

        return host.Length <= A7672Dialect.AddressBytesMax;
    }
}
