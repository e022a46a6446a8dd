namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// The fields of one sentence whose checksum is right, and integer readers for them. Field 1 is the one behind the
/// type, as the standard counts them. An empty field reads as unknown; a malformed one sets <see cref="Refusal"/>.
/// </summary>
/// <remarks>Made once and filled again: nothing here allocates.</remarks>
public sealed class NmeaLine
{
    /// <summary>
    /// The longest sentence, from '$' to LF. IEC 61162-1 allows 82; receivers with seven decimals of a minute send
    /// GGA and GNS of up to 100. Anything longer has lost its end.
    /// </summary>
    public const int LengthMax = 120;

    /// <summary>What remains of it without "$GPRMC," and "*hh", CR, LF.</summary>
    public const int BodyMax = LengthMax - 12;

    /// <summary>GSA of NMEA 4.10 has 18 fields, more than any other needed type.</summary>
    public const int FieldsMax = 24;

    internal readonly byte[] Bytes = new byte[BodyMax];
    internal int Length;

    /// <summary>A number above it would leave 32 bits with its next digit.</summary>
    private const int BeforeLastDigitMax = (int.MaxValue / 10) - 1;

    // Where each field begins; behind the last field stands the begin of the one that would follow.
    private readonly int[] _begins = new int[FieldsMax + 2];
    private int _fields;
    private NmeaKind _kind;
    private NmeaRefusal _refusal;

    /// <summary>The sentence's type.</summary>
    public NmeaKind Kind
    {
        get { return _kind; }
    }

    /// <summary>How many fields stand behind the type.</summary>
    public int FieldCount
    {
        get { return _fields; }
    }

    /// <summary>The first thing that was wrong with what has been read so far.</summary>
    public NmeaRefusal Refusal
    {
        get { return _refusal; }
    }

    /// <summary>Says that the sentence is not to be used. The first reason stays.</summary>
    public void Refuse(NmeaRefusal reason)
    {
        if (_refusal == NmeaRefusal.None)
        {
            _refusal = reason;
        }
    }

    /// <summary>Whether there are at least this many fields; refuses the sentence if not.</summary>
    public bool HasFields(int fieldsMin)
    {
        if (_fields >= fieldsMin)
        {
            return true;
        }

        Refuse(NmeaRefusal.TooFewFields);
        return false;
    }

    /// <summary>Whether there is nothing in the field, or no such field.</summary>
    public bool IsEmpty(int field)
    {
        return field > _fields || _begins[field] + 1 == _begins[field + 1];
    }

    /// <summary>The one letter or digit of a field; 0 if it is empty.</summary>
    public int Letter(int field)
    {
        if (IsEmpty(field))
        {
            return 0;
        }

        if (_begins[field] + 2 != _begins[field + 1])
        {
            Refuse(NmeaRefusal.Letter);
            return 0;
        }

        return Bytes[_begins[field]];
    }

    /// <summary>The letter at an index of a field that has several (the modes of GNS); 0 behind its end.</summary>
    public int LetterAt(int field, int index)
    {
        return index < LengthOf(field) ? Bytes[_begins[field] + index] : 0;
    }

    /// <summary>A number times 10^<paramref name="decimals"/>, rounded half away from zero.</summary>
    public int Scaled(int field, int decimals)
    {
        if (IsEmpty(field))
        {
            return Fix.Unknown;
        }

        int at = _begins[field];
        int end = at + LengthOf(field);
        bool negative = Bytes[at] == '-';
        int value = 0;
        int digits = 0;
        int places = -1;
        bool up = false;
        for (at = negative ? at + 1 : at; at < end; at++)
        {
            int digit = Bytes[at] - '0';
            if (Bytes[at] == '.' && places < 0)
            {
                places = 0;
                continue;
            }

            if (digit < 0 || digit > 9 || value > BeforeLastDigitMax)
            {
                return RefuseNumber();
            }

            digits++;
            if (places < decimals)
            {
                value = (value * 10) + digit;
            }
            else if (places == decimals)
            {
                up = digit >= 5;
            }

            places = places < 0 ? places : places + 1;
        }

        for (places = places < 0 ? 0 : places; places < decimals; places++)
        {
            if (value > BeforeLastDigitMax)
            {
                return RefuseNumber();
            }

            value *= 10;
        }

        value = up ? value + 1 : value;
        return digits == 0 ? RefuseNumber() : negative ? -value : value;
    }

    /// <summary>
    /// hhmmss with any fraction, as milliseconds since midnight; further decimals are cut off. The second 60 of a leap
    /// second becomes the last millisecond of its minute, so that time neither goes back nor leaves its day.
    /// </summary>
    public int TimeOfDay(int field)
    {
        if (IsEmpty(field))
        {
            return Fix.Unknown;
        }

        int at = _begins[field];
        int length = LengthOf(field);
        int hour = length < 6 ? -1 : TwoDigits(at);
        int minute = length < 6 ? -1 : TwoDigits(at + 2);
        int second = length < 6 ? -1 : TwoDigits(at + 4);
        int fractionMs = length <= 6 ? 0 : FractionMs(at + 6, at + length);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || fractionMs < 0)
        {
            Refuse(NmeaRefusal.Time);
            return Fix.Unknown;
        }

        int minuteMs = ((hour * 60) + minute) * 60_000;
        return minuteMs + (second == 60 ? 59_999 : (second * 1000) + fractionMs);
    }

    /// <summary>ddmmyy as a day number. RMC has two digits for the year: 80 to 99 are of the last century.</summary>
    public int DayNumber(int field)
    {
        if (IsEmpty(field))
        {
            return Fix.Unknown;
        }

        int at = _begins[field];
        if (LengthOf(field) != 6)
        {
            Refuse(NmeaRefusal.Date);
            return Fix.Unknown;
        }

        int year = TwoDigits(at + 4);
        return year < 0 ? DayNumber(0, 0, 0) : DayNumber(FullYear(year), TwoDigits(at + 2), TwoDigits(at));
    }

    /// <summary>A day number from its parts, which may be anything; refuses the sentence if there is no such day.</summary>
    public int DayNumber(int year, int month, int day)
    {
        int dayNumber = Time.UtcTime.DayNumber(year, month, day);
        if (dayNumber == Fix.Unknown)
        {
            Refuse(NmeaRefusal.Date);
        }

        return dayNumber;
    }

    /// <summary>The year that two digits mean: GPS began in 1980.</summary>
    public static int FullYear(int twoDigits)
    {
        return twoDigits >= 80 ? 1900 + twoDigits : 2000 + twoDigits;
    }

    /// <summary>ddmm.mm and its hemisphere behind it, as degrees x 10^7.</summary>
    public int LatitudeE7(int field)
    {
        return Coordinate(field, 2, 90, 'N', 'S');
    }

    /// <summary>dddmm.mm and its hemisphere behind it, as degrees x 10^7.</summary>
    public int LongitudeE7(int field)
    {
        return Coordinate(field, 3, 180, 'E', 'W');
    }

    internal void Begin(NmeaKind kind)
    {
        _kind = kind;
        _refusal = NmeaRefusal.None;
        Length = 0;
        _fields = 1;
        _begins[1] = 0;
    }

    internal bool BeginField(int at)
    {
        if (_fields == FieldsMax)
        {
            return false;
        }

        _fields++;
        _begins[_fields] = at;
        return true;
    }

    internal void End()
    {
        _begins[_fields + 1] = Length + 1;
    }

    /// <summary>
    /// Minutes are held to 10^-7 and divided by 60 into 10^-7 degrees, half upwards. Cutting the decimals behind the
    /// seventh off does not change that result, for floor((m + 30 + f) / 60) with a whole m and f below 1 is without
    /// the f the same.
    /// </summary>
    private int Coordinate(int field, int degreeDigits, int degreesMax, int positive, int negative)
    {
        if (IsEmpty(field))
        {
            return Fix.Unknown;
        }

        int at = _begins[field];
        int end = at + LengthOf(field);
        int hemisphere = Letter(field + 1);
        int degrees = end - at < degreeDigits + 2 ? -1 : TwoDigits(at + degreeDigits - 2);
        int minutes = degrees < 0 ? -1 : TwoDigits(at + degreeDigits);
        int hundreds = degreeDigits == 3 ? Bytes[at] - '0' : 0;
        int minutesE7 = minutes < 0 ? -1 : WithDecimals(minutes, at + degreeDigits + 2, end);
        if (minutesE7 < 0 || hundreds < 0 || hundreds > 9 || (hemisphere != positive && hemisphere != negative))
        {
            Refuse(NmeaRefusal.Coordinate);
            return Fix.Unknown;
        }

        degrees += hundreds * 100;
        if (minutes >= 60 || degrees > degreesMax || (degrees == degreesMax && minutesE7 > 0))
        {
            Refuse(NmeaRefusal.CoordinateRange);
            return Fix.Unknown;
        }

        int value = (degrees * 10_000_000) + ((minutesE7 + 30) / 60);
        return hemisphere == positive ? value : -value;
    }

    /// <summary>Whole minutes and what stands behind them, ".dddd" or nothing, x 10^7; -1 if it is something else.</summary>
    private int WithDecimals(int minutes, int at, int end)
    {
        if (at < end && Bytes[at++] != '.')
        {
            return -1;
        }

        int value = minutes;
        int places = 0;
        for (; at < end; at++)
        {
            int digit = Bytes[at] - '0';
            if (digit < 0 || digit > 9)
            {
                return -1;
            }

            if (places < 7)
            {
                value = (value * 10) + digit;
                places++;
            }
        }

        for (; places < 7; places++)
        {
            value *= 10;
        }

        return value;
    }

    /// <summary>".d", ".dd", ".ddd" and longer, in milliseconds; -1 if it is something else.</summary>
    private int FractionMs(int at, int end)
    {
        if (Bytes[at] != '.' || at + 1 == end)
        {
            return -1;
        }

        int value = 0;
        int worth = 100;
        for (at++; at < end; at++)
        {
            int digit = Bytes[at] - '0';
            if (digit < 0 || digit > 9)
            {
                return -1;
            }

            value += digit * worth;
            worth /= 10;
        }

        return value;
    }

    private int TwoDigits(int at)
    {
        int tens = Bytes[at] - '0';
        int units = Bytes[at + 1] - '0';
        return tens < 0 || tens > 9 || units < 0 || units > 9 ? -1 : (tens * 10) + units;
    }

    private int LengthOf(int field)
    {
        return field > _fields ? 0 : _begins[field + 1] - _begins[field] - 1;
    }

    private int RefuseNumber()
    {
        Refuse(NmeaRefusal.Number);
        return Fix.Unknown;
    }
}
