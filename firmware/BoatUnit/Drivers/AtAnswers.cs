using System;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// Reads the answers that all modems share: 3GPP TS 27.007 (registration 7.2, 10.1.20 and 10.1.22, SIM 8.3, signal 8.5,
/// clock 8.15) and the greetings of SIMCom's modules.
/// </summary>
public sealed class AtAnswers
{
    private const int Domains = 3;
    private const int RegisteredHome = 1;
    private const int Denied = 3;
    private const int RegisteredRoaming = 5;
    private const int SignalUnknown = 99;
    private const int QuarterHourMs = 900_000;

    private static readonly byte[] _ok = AtText.Ascii("OK");
    private static readonly byte[] _error = AtText.Ascii("ERROR");
    private static readonly byte[] _equipmentError = AtText.Ascii("+CME ERROR");
    private static readonly byte[] _messageError = AtText.Ascii("+CMS ERROR");
    private static readonly byte[] _echo = AtText.Ascii("AT");
    private static readonly byte[] _simReady = AtText.Ascii("+CPIN: READY");
    private static readonly byte[] _sim = AtText.Ascii("+CPIN: SIM P");
    private static readonly byte[] _signal = AtText.Ascii("+CSQ: ");
    private static readonly byte[] _clock = AtText.Ascii("+CCLK: \"");
    private static readonly byte[] _started = AtText.Ascii("RDY");
    private static readonly byte[] _startedA76 = AtText.Ascii("*ATREADY");
    private static readonly byte[] _powerDown = AtText.Ascii("NORMAL POWER DOWN");
    private static readonly byte[] _underVoltage = AtText.Ascii("UNDER-VOLTAGE POWER DOWN");
    private static readonly byte[] _circuit = AtText.Ascii("+CREG: ");
    private static readonly byte[] _packet = AtText.Ascii("+CGREG: ");
    private static readonly byte[] _evolved = AtText.Ascii("+CEREG: ");

    // By domain: circuit switched, GPRS, EPS. A modem on LTE may be registered in the last alone.
    private readonly int[] _registration = new int[Domains];

    /// <summary>dBm, or <see cref="RadioLevel.Unknown"/>.</summary>
    public int RssiDbm { get; private set; } = RadioLevel.Unknown;

    /// <summary>UTC of the last clock answer, or <see cref="UtcTime.Unknown"/>.</summary>
    public long UtcMs { get; private set; } = UtcTime.Unknown;

    public bool IsRegistered
    {
        get
        {
            for (int i = 0; i < Domains; i++)
            {
                if (_registration[i] == RegisteredHome || _registration[i] == RegisteredRoaming)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether a domain refused, and none is registered.</summary>
    public bool IsDenied
    {
        get
        {
            for (int i = 0; i < Domains; i++)
            {
                if (_registration[i] == Denied)
                {
                    return !IsRegistered;
                }
            }

            return false;
        }
    }

    /// <summary>Forgets the registration, as the modem does when it starts.</summary>
    public void Forget()
    {
        Array.Clear(_registration, 0, Domains);
        RssiDbm = RadioLevel.Unknown;
    }

    public AtMeaning Understand(byte[] line, int length)
    {
        if (AtText.Equals(line, length, _ok))
        {
            return AtMeaning.Ok;
        }

        if (AtText.Equals(line, length, _error) || AtText.StartsWith(line, length, _equipmentError)
            || AtText.StartsWith(line, length, _messageError))
        {
            return AtMeaning.Error;
        }

        if (AtText.StartsWith(line, length, _echo))
        {
            return AtMeaning.None;
        }

        if (AtText.StartsWith(line, length, _signal))
        {
            return TakeSignal(AtText.NumberAt(line, length, _signal.Length));
        }

        if (AtText.StartsWith(line, length, _clock))
        {
            return TakeClock(line, length);
        }

        return UnderstandState(line, length);
    }

    private AtMeaning UnderstandState(byte[] line, int length)
    {
        if (AtText.StartsWith(line, length, _circuit))
        {
            return TakeRegistration(line, length, _circuit.Length, 0);
        }

        if (AtText.StartsWith(line, length, _packet))
        {
            return TakeRegistration(line, length, _packet.Length, 1);
        }

        if (AtText.StartsWith(line, length, _evolved))
        {
            return TakeRegistration(line, length, _evolved.Length, 2);
        }

        if (AtText.StartsWith(line, length, _simReady))
        {
            return AtMeaning.SimReady;
        }

        if (AtText.StartsWith(line, length, _sim))
        {
            return AtMeaning.SimLocked;
        }

        if (AtText.Equals(line, length, _started) || AtText.StartsWith(line, length, _startedA76))
        {
            return AtMeaning.Started;
        }

        bool isPowerDown = AtText.StartsWith(line, length, _powerDown) || AtText.StartsWith(line, length, _underVoltage);
        return isPowerDown ? AtMeaning.PowerDown : AtMeaning.None;
    }

    // The answer to a query is +CREG: <n>,<stat>[,...], the news +CREG: <stat>[,"<area>",...].
    private AtMeaning TakeRegistration(byte[] line, int length, int prefixBytes, int domain)
    {
        int second = AtText.FieldStart(line, length, prefixBytes, 1);
        bool isAnswer = second >= 0 && second < length && line[second] != (byte)'"';
        int state = isAnswer ? AtText.NumberAt(line, length, second) : AtText.NumberAt(line, length, prefixBytes);
        if (state < 0)
        {
            return AtMeaning.None;
        }

        _registration[domain] = state;
        return AtMeaning.Registration;
    }

    // 0 is -113 dBm or less, 31 is -51 dBm or more, in steps of 2 dB; 99 is not known.
    private AtMeaning TakeSignal(int value)
    {
        if (value < 0 || (value > 31 && value != SignalUnknown))
        {
            return AtMeaning.None;
        }

        RssiDbm = value == SignalUnknown ? RadioLevel.Unknown : -113 + (2 * value);
        return AtMeaning.Signal;
    }

    // "yy/MM/dd,hh:mm:ss+zz": local time, and how many quarter hours it is ahead of UTC.
    private AtMeaning TakeClock(byte[] line, int length)
    {
        UtcMs = UtcTime.Unknown;
        int at = _clock.Length;
        if (length < at + 20)
        {
            return AtMeaning.Clock;
        }

        // Modules that nobody has told the time begin at 1970 or 1980.
        int year = Pair(line, at);
        int dayNumber = UtcTime.DayNumber(year + (year >= 70 ? 1900 : 2000), Pair(line, at + 3), Pair(line, at + 6));
        int hour = Pair(line, at + 9);
        int minute = Pair(line, at + 12);
        int second = Pair(line, at + 15);
        int quarters = Pair(line, at + 18);
        bool isWhole = dayNumber >= 0 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
        if (!isWhole || quarters < 0 || quarters > 96 || (line[at + 17] != (byte)'+' && line[at + 17] != (byte)'-'))
        {
            return AtMeaning.Clock;
        }

        long localMs = ((long)dayNumber * UtcTime.DayMs) + (((((hour * 60) + minute) * 60) + second) * 1000L);
        long aheadMs = (long)quarters * QuarterHourMs;
        UtcMs = line[at + 17] == (byte)'+' ? localMs - aheadMs : localMs + aheadMs;
        return AtMeaning.Clock;
    }

    private static int Pair(byte[] line, int at)
    {
        int tens = line[at] - (byte)'0';
        int ones = line[at + 1] - (byte)'0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : (tens * 10) + ones;
    }
}
