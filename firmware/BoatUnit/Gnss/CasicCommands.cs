namespace BoatTelemetry.BoatUnit.Gnss;

// Source: CASIC multimode satellite navigation receiver protocol specification V4.2.0.3 (2020-01-06); the
// order of PCAS03's fields and the codes of PCAS01 also from public drivers (secondary sources).
//
// PCAS03  positions to a sentence: GGA, GLL, GSA, GSV, RMC, VTG, ZDA, ANT, DHV, LPS, two reserved, UTC, GST
// PCAS01  rate: 0 4800, 1 9600, 2 19200, 3 38400, 4 57600, 5 115200
// PCAS02  milliseconds from position to position: 1000, 500, 250, 200 or 100
// PCAS00  saves to flash
// None of them is acknowledged; whether they took effect is seen from the sentences that follow.

/// <summary>CASIC: AT6558, ATGM336H, Quectel L76K.</summary>
internal sealed class CasicCommands : FamilyCommands
{
    private static readonly int[] _rates = { 4_800, 9_600, 19_200, 38_400, 57_600, 115_200 };
    private static readonly int[] _periodsMs = { 1_000, 500, 250, 200, 100 };

    public override bool TryWrite(int step, SetupTarget settings, ReceiverCommand command)
    {
        command.Clear();
        switch (step)
        {
            case 0:
                TextCommand.Write(command, "PCAS03,1,0,0,0,1,0,0,0,0,0,,,0,0");
                return true;
            case 1:
                WriteBaud(command, settings);
                return true;
            case 2:
                TextCommand.Begin(command, "PCAS02,");
                TextCommand.AddNumber(command, PeriodMs(settings.PeriodMs));
                TextCommand.End(command);
                return true;
            case 3:
                // Only where the rate had to be changed: the next power-on then begins at the right one.
                if (settings.WasElsewhere)
                {
                    TextCommand.Write(command, "PCAS00");
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>The period that the family has and that is at least as often as asked for, or its slowest.</summary>
    public static int PeriodMs(int wantedMs)
    {
        for (int i = 0; i < _periodsMs.Length; i++)
        {
            if (wantedMs >= _periodsMs[i])
            {
                return _periodsMs[i];
            }
        }

        return _periodsMs[_periodsMs.Length - 1];
    }

    private static void WriteBaud(ReceiverCommand command, SetupTarget settings)
    {
        for (int code = 0; code < _rates.Length; code++)
        {
            if (_rates[code] == settings.BaudBps && settings.BaudBps != settings.CurrentBaudBps)
            {
                TextCommand.Begin(command, "PCAS01,");
                TextCommand.AddNumber(command, code);
                TextCommand.End(command);
                command.NewBaudBps = settings.BaudBps;
            }
        }
    }
}
