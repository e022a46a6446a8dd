namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// The status and mode letters and the quality digit that sentences share (IEC 61162-1:2016, 7.2.3.4 and GGA note 1).
/// </summary>
internal static class ModeIndicator
{
    /// <summary>Status A or V. An empty one is taken for V: who does not say that it is valid is not used.</summary>
    public static void ReadStatus(NmeaLine line, int field, NmeaReading reading)
    {
        int letter = line.Letter(field);
        if (letter == 'A')
        {
            reading.ClaimAtLeast(PositionClaim.Valid);
        }
        else
        {
            reading.ClaimAtLeast(PositionClaim.Void);
            if (letter != 'V' && letter != 0)
            {
                line.Refuse(NmeaRefusal.Letter);
            }
        }
    }

    /// <summary>The mode letter that NMEA 2.3 put behind the older fields. Where it is absent or empty, it says nothing.</summary>
    public static void ReadMode(NmeaLine line, int field, NmeaReading reading)
    {
        int letter = line.Letter(field);
        if (letter != 0)
        {
            ApplyMode(line, letter, reading);
        }
    }

    /// <summary>GNS has a mode letter for each satellite system; N is void only if no other system is better.</summary>
    public static void ReadModes(NmeaLine line, int field, NmeaReading reading)
    {
        bool any = false;
        int letter = line.LetterAt(field, 0);
        for (int i = 1; letter != 0; i++)
        {
            if (letter != 'N')
            {
                any = true;
                ApplyMode(line, letter, reading);
            }

            letter = line.LetterAt(field, i);
        }

        reading.ClaimAtLeast(any ? PositionClaim.Valid : PositionClaim.Void);
    }

    /// <summary>GGA's quality, 0 to 8. An empty one is taken for 0.</summary>
    public static void ReadQuality(NmeaLine line, int field, NmeaReading reading)
    {
        int digit = line.Letter(field);
        switch (digit)
        {
            case 0:
            case '0':
                reading.ClaimAtLeast(PositionClaim.Void);
                break;
            case '1':
                Found(reading, FixQuality.Autonomous);
                break;
            case '2':
            case '3':
            case '4':
            case '5':
                Found(reading, FixQuality.Corrected);
                break;
            case '6':
                Found(reading, FixQuality.Estimated);
                break;
            case '7':
            case '8':
                reading.ClaimAtLeast(PositionClaim.NotMeasured);
                break;
            default:
                line.Refuse(NmeaRefusal.Letter);
                break;
        }
    }

    /// <summary>Whether a speed, course or heading with this mode is worth anything; an absent letter says nothing.</summary>
    public static bool IsMeasured(NmeaLine line, int field)
    {
        int letter = line.Letter(field);
        return letter != 'N' && letter != 'M' && letter != 'S' && letter != 'V';
    }

    private static void ApplyMode(NmeaLine line, int letter, NmeaReading reading)
    {
        switch (letter)
        {
            case 'A':
                Found(reading, FixQuality.Autonomous);
                break;
            case 'D':
            case 'P':
            case 'R':
            case 'F':
                Found(reading, FixQuality.Corrected);
                break;
            case 'E':
                Found(reading, FixQuality.Estimated);
                break;
            case 'M':
            case 'S':
                reading.ClaimAtLeast(PositionClaim.NotMeasured);
                break;
            case 'N':
                reading.ClaimAtLeast(PositionClaim.Void);
                break;
            default:
                line.Refuse(NmeaRefusal.Letter);
                break;
        }
    }

    /// <summary>The strongest statement of several counts: estimated over corrected over autonomous.</summary>
    private static void Found(NmeaReading reading, FixQuality quality)
    {
        reading.ClaimAtLeast(PositionClaim.Valid);
        if (reading.Quality < quality)
        {
            reading.Quality = quality;
        }
    }
}
