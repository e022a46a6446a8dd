namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// The commands of each of the modem's states in their order, and what each needs. Those of all families are here (3GPP TS
/// 27.007, ITU-T V.250), the others come from the dialect.
/// </summary>
public sealed class ModemSteps
{
    private const int RegistrationQueries = 3;
    private const int SyncTriesAtRate = 2;
    private const int FixedSetUpSteps = 6;

    // The rates at which modules are delivered or left behind by others.
    private static readonly int[] _rates = { 115_200, 9_600, 57_600, 38_400 };

    private static readonly byte[] _attention = AtText.Ascii("AT");
    private static readonly byte[] _setRate = AtText.Ascii("AT+IPR=");
    private static readonly byte[] _sim = AtText.Ascii("AT+CPIN?");
    private static readonly byte[] _operator = AtText.Ascii("AT+COPS=1,2,");
    private static readonly byte[] _signal = AtText.Ascii("AT+CSQ");
    private static readonly byte[] _clock = AtText.Ascii("AT+CCLK?");
    private static readonly byte[] _reset = AtText.Ascii("AT+CFUN=1,1");
    private static readonly byte[] _leave = AtText.Ascii("AT+CGATT=0");
    private static readonly byte[] _join = AtText.Ascii("AT+CGATT=1");

    // No echo, errors as numbers, the network's time into the modem's clock, news of the registration in all domains.
    private static readonly byte[][] _fixedSetUp =
    {
        AtText.Ascii("ATE0"), AtText.Ascii("AT+CMEE=1"), AtText.Ascii("AT+CTZU=1"),
        AtText.Ascii("AT+CREG=1"), AtText.Ascii("AT+CGREG=1"), AtText.Ascii("AT+CEREG=1"),
    };

    private static readonly byte[][] _registration =
    {
        AtText.Ascii("AT+CEREG?"), AtText.Ascii("AT+CGREG?"), AtText.Ascii("AT+CREG?"),
    };

    private readonly ModemOptions _options;
    private readonly ModemDialect _dialect;
    private readonly byte[][] _ownersCommands;

    // Which rate is tried is counted in tries: two at the wanted rate, two at each of the others, and round again.
    private int _changedStep = -1;

    public ModemSteps(ModemOptions options, ModemDialect dialect)
    {
        _options = options;
        _dialect = dialect;
        _ownersCommands = new byte[options.SetUpCommands.Length][];
        for (int i = 0; i < _ownersCommands.Length; i++)
        {
            _ownersCommands[i] = AtText.Ascii(options.SetUpCommands[i]);
        }
    }

    /// <summary>What the step written last needs besides OK.</summary>
    public AtMeaning Needs { get; private set; }

    /// <summary>Whether it may be refused.</summary>
    public bool ErrorIsFine { get; private set; }

    /// <summary>Whether it asks for the SIM.</summary>
    public bool IsSimQuery { get; private set; }

    /// <summary>Whether it is one of the options' own set-up commands.</summary>
    public bool IsOwnersCommand { get; private set; }

    /// <summary>Whether the modem has been set up since it last started.</summary>
    public bool WasSetUp { get; set; }

    private static int TriesInRound => SyncTriesAtRate * (_rates.Length + 1);

    /// <summary>Writes a try to be answered, or the order to change to the wanted rate; the rate to try it at, bits a second.</summary>
    public int WriteSync(int step, AtText command)
    {
        Take(AtMeaning.None, errorIsFine: false);
        if (step == _changedStep)
        {
            command.Begin(_setRate).Put(_options.BaudRate);
            return RateOf(step);
        }

        command.Begin(_attention);
        return RateOf(step);
    }

    /// <summary>Whether the answer to a try means that the modem works at the wanted rate.</summary>
    public bool IsAtRate(int step)
    {
        return RateOf(step) == _options.BaudRate;
    }

    /// <summary>After an answer at another rate: the same try with the order to change, then the wanted rate.</summary>
    public int NextAfterAnswer(int step)
    {
        if (step == _changedStep)
        {
            _changedStep = -1;
            return (step / TriesInRound) * TriesInRound;
        }

        _changedStep = step;
        return step;
    }

    public int NextAfterSilence(int step)
    {
        _changedStep = -1;
        return step + 1;
    }

    public static bool IsRoundOver(int step)
    {
        return step % TriesInRound == 0;
    }

    public bool IsSyncOver(int step)
    {
        return step >= TriesInRound * _options.SyncRoundsMax;
    }

    public bool WriteSetUp(int step, AtText command)
    {
        if (step < FixedSetUpSteps)
        {
            // An old firmware may lack the time or one of the domains; without them it is still a modem.
            command.Begin(_fixedSetUp[step]);
            return Take(AtMeaning.None, errorIsFine: step >= 1);
        }

        step -= FixedSetUpSteps;
        if (step == 0)
        {
            command.Begin(_sim);
            Take(AtMeaning.SimReady, errorIsFine: false);
            IsSimQuery = true;
            return true;
        }

        step--;
        if (step < _ownersCommands.Length)
        {
            command.Begin(_ownersCommands[step]);
            Take(AtMeaning.None, errorIsFine: true);
            IsOwnersCommand = true;
            return true;
        }

        if (step > _ownersCommands.Length || _options.OperatorBytes.Length == 0)
        {
            return false;
        }

        // It is registered with in its own time, which the next state waits for.
        command.Begin(_operator).Quote(_options.OperatorBytes);
        return Take(AtMeaning.None, errorIsFine: true);
    }

    public void WriteRegistrationQuery(int step, AtText command)
    {
        command.Begin(_registration[step % RegistrationQueries]);
        Take(AtMeaning.None, errorIsFine: true);
    }

    /// <summary>Whether all domains have been asked, and it is time to wait.</summary>
    public static bool IsRegistrationRound(int step)
    {
        return step % RegistrationQueries == 0;
    }

    public bool WriteAttach(int step, AtText command)
    {
        return _dialect.WriteAttach(step, command, _options) && Take(_dialect.Needs, _dialect.ErrorIsFine);
    }

    public bool WriteOpen(int step, AtText command)
    {
        return _dialect.WriteOpen(step, command, _options) && Take(_dialect.Needs, _dialect.ErrorIsFine);
    }

    /// <summary>Writes a step of leaving the context and the packet network, and of joining the latter again.</summary>
    public bool WriteDetach(int step, AtText command)
    {
        if (_dialect.WriteDetach(step, command))
        {
            return Take(_dialect.Needs, _dialect.ErrorIsFine);
        }

        if (_dialect.WriteDetach(step - 1, command))
        {
            command.Begin(_leave);
            return Take(AtMeaning.None, errorIsFine: true);
        }

        if (_dialect.WriteDetach(step - 2, command))
        {
            command.Begin(_join);
            return Take(AtMeaning.None, errorIsFine: true);
        }

        return false;
    }

    /// <summary>Writes a step of looking after a modem that is ready.</summary>
    public bool WriteMonitor(int step, bool withClock, AtText command)
    {
        Take(AtMeaning.None, errorIsFine: true);
        switch (step)
        {
            case 0:
                command.Begin(_signal);
                return true;
            case 1:
            case 2:
            case 3:
                command.Begin(_registration[step - 1]);
                return true;
            case 4:
                command.Begin(_clock);
                return withClock;
            default:
                return false;
        }
    }

    public void WriteReset(AtText command)
    {
        command.Begin(_reset);
        Take(AtMeaning.None, errorIsFine: true);
    }

    private int RateOf(int step)
    {
        int rate = (step % TriesInRound) / SyncTriesAtRate;
        return rate == 0 ? _options.BaudRate : _rates[rate - 1];
    }

    private bool Take(AtMeaning needs, bool errorIsFine)
    {
        Needs = needs;
        ErrorIsFine = errorIsFine;
        IsSimQuery = false;
        IsOwnersCommand = false;
        return true;
    }
}
