namespace BoatTelemetry.BoatUnit.Gnss;

// Source: GlobalTop PMTK command packet Rev. A08; Quectel L80 GPS protocol specification.
//
// PMTK314  19 fields, each the number of positions to a sentence: GLL, RMC, VTG, GGA, GSA, GSV, 11 reserved, ZDA, reserved
// PMTK251  baud rate; no answer that could be relied on, since the rate changes at once
// PMTK220  milliseconds from position to position, 100 to 10000
// PMTK001  the answer: command, then 0 invalid, 1 unsupported, 2 failed, 3 done

/// <summary>MediaTek MT3318 to MT3339. The chip keeps its settings itself as long as its backup supply lasts.</summary>
internal sealed class MtkCommands : FamilyCommands
{
    private const int Sentences = 314;
    private const int Interval = 220;

    public override bool TryWrite(int step, SetupTarget settings, ReceiverCommand command)
    {
        command.Clear();
        switch (step)
        {
            case 0:
                TextCommand.Write(command, "PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0");
                command.ExpectMtkAck(Sentences);
                return true;
            case 1:
                if (settings.BaudBps != settings.CurrentBaudBps)
                {
                    TextCommand.Begin(command, "PMTK251,");
                    TextCommand.AddNumber(command, settings.BaudBps);
                    TextCommand.End(command);
                    command.NewBaudBps = settings.BaudBps;
                }

                return true;
            case 2:
                TextCommand.Begin(command, "PMTK220,");
                TextCommand.AddNumber(command, settings.PeriodMs);
                TextCommand.End(command);
                command.ExpectMtkAck(Interval);
                return true;
            default:
                return false;
        }
    }
}
