namespace BoatTelemetry.BoatUnit.Gnss;

// Source: u-blox's interface descriptions of generation 9 and 10, UBX-CFG-VALSET and the configuration items. The keys were
// compared 2026-11 with public drivers' copies of that list (secondary sources).
//
// UBX-CFG-VALSET 06 8A   version:8 (0) layers:8 (1 RAM, 2 battery-backed RAM, 4 flash) reserved:16, then key:32 value
//                        The size of a value stands in bits 28..30 of its key: 1 and 2 one byte, 3 two, 4 four.
// One key that the receiver does not know refuses the whole message.

/// <summary>u-blox from generation 9 on (M9, M10).</summary>
internal sealed class UbloxKeyCommands : FamilyCommands
{
    private const int CfgValset = 0x8A;

    // Not flash: M10 modules have none, and battery-backed RAM outlives a reset.
    private const int RamAndBbr = 0x03;

    // CFG-MSGOUT-NMEA_ID_x_UART1.
    private const uint Rmc = 0x209100AC;
    private const uint Gga = 0x209100BB;
    private static readonly uint[] _offByDefaultOn = { 0x209100CA, 0x209100C0, 0x209100C5, 0x209100B1 };
    private static readonly uint[] _offOptional = { 0x209100D9, 0x209100B6, 0x209100D4, 0x209100CF, 0x209100DE };

    private const uint RateMeas = 0x30210001;
    private const uint RateNav = 0x30210002;
    private const uint Uart1Baud = 0x40520001;

    public override bool TryWrite(int step, SetupTarget settings, ReceiverCommand command)
    {
        command.Clear();
        switch (step)
        {
            case 0:
                Begin(command);
                AddByte(command, Rmc, 1);
                AddByte(command, Gga, 1);
                AddOff(command, _offByDefaultOn);
                UbxFrame.End(command);
                return true;
            case 1:
                Begin(command);
                AddOff(command, _offOptional);
                UbxFrame.End(command);
                command.IsOptional = true;
                return true;
            case 2:
                WriteBaud(command, settings);
                return true;
            case 3:
                Begin(command);
                UbxFrame.AddUInt32(command, RateMeas);
                UbxFrame.AddUInt16(command, settings.PeriodMs);
                UbxFrame.AddUInt32(command, RateNav);
                UbxFrame.AddUInt16(command, 1);
                UbxFrame.End(command);
                return true;
            default:
                return false;
        }
    }

    private static void Begin(ReceiverCommand command)
    {
        UbxFrame.Begin(command, UbxFrame.ClassCfg, CfgValset);
        command.Add(0);
        command.Add(RamAndBbr);
        UbxFrame.AddUInt16(command, 0);
    }

    private static void AddByte(ReceiverCommand command, uint key, int value)
    {
        UbxFrame.AddUInt32(command, key);
        command.Add(value);
    }

    private static void AddOff(ReceiverCommand command, uint[] keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            AddByte(command, keys[i], 0);
        }
    }

    private static void WriteBaud(ReceiverCommand command, SetupTarget settings)
    {
        if (settings.BaudBps == settings.CurrentBaudBps)
        {
            return;
        }

        Begin(command);
        UbxFrame.AddUInt32(command, Uart1Baud);
        UbxFrame.AddUInt32(command, (uint)settings.BaudBps);
        UbxFrame.End(command);
        command.NewBaudBps = settings.BaudBps;
    }
}
