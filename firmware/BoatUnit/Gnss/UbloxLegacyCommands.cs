namespace BoatTelemetry.BoatUnit.Gnss;

// Source: u-blox 8 / M8 Receiver description (UBX-13003221 R25), UBX protocol; u-blox 6 and 7 have the same layouts.
//
// UBX-CFG-MSG  06 01   msgClass:8 msgID:8 rate:8                              (rate on the port that it comes in by)
// UBX-CFG-RATE 06 08   measRate:16 ms, navRate:16 cycles, timeRef:16 (1 GPS)
// UBX-CFG-PRT  06 00   portID:8 (1 UART1) reserved:8 txReady:16 mode:32 baudRate:32 inProtoMask:16 outProtoMask:16
//                      flags:16 reserved:16; mode 0x8D0 is 8 data bits, no parity, 1 stop bit
// UBX-CFG-CFG  06 09   clearMask:32 saveMask:32 loadMask:32 deviceMask:8      (deviceMask 1: battery-backed RAM)

/// <summary>u-blox up to generation 8.</summary>
internal sealed class UbloxLegacyCommands : FamilyCommands
{
    private const int CfgPrt = 0x00;
    private const int CfgMsg = 0x01;
    private const int CfgRate = 0x08;
    private const int CfgCfg = 0x09;
    private const int NmeaClass = 0xF0;
    private const int Uart1 = 1;
    private const uint Mode8N1 = 0x08D0;
    private const int UbxAndNmea = 0x0003;

    // ioPort, msgConf, infMsg, navConf, rxmConf.
    private const uint SaveMask = 0x1F;

    // Battery-backed RAM only: it outlives a reset and costs no flash, whose writes are counted.
    private const int DeviceBbr = 0x01;

    // Ids of NMEA sentences: GLL 01, GSA 02, GSV 03, VTG 05, GRS 06, GST 07, ZDA 08, GBS 09, GNS 0D.
    private static readonly byte[] _off = { 0x03, 0x02, 0x01, 0x05, 0x08, 0x0D, 0x06, 0x07, 0x09 };

    // On by default are the first four; the others not every generation has.
    private const int OffRequired = 4;
    private const int Rmc = 0x04;
    private const int Gga = 0x00;

    public override bool TryWrite(int step, SetupTarget settings, ReceiverCommand command)
    {
        command.Clear();
        if (step < _off.Length)
        {
            WriteMessageRate(command, _off[step], 0);
            command.IsOptional = step >= OffRequired;
            return true;
        }

        switch (step - _off.Length)
        {
            case 0:
                WriteMessageRate(command, Rmc, 1);
                return true;
            case 1:
                WriteMessageRate(command, Gga, 1);
                return true;
            case 2:
                WritePort(command, settings);
                return true;
            case 3:
                UbxFrame.Begin(command, UbxFrame.ClassCfg, CfgRate);
                UbxFrame.AddUInt16(command, settings.PeriodMs);
                UbxFrame.AddUInt16(command, 1);
                UbxFrame.AddUInt16(command, 1);
                UbxFrame.End(command);
                return true;
            case 4:
                UbxFrame.Begin(command, UbxFrame.ClassCfg, CfgCfg);
                UbxFrame.AddUInt32(command, 0);
                UbxFrame.AddUInt32(command, SaveMask);
                UbxFrame.AddUInt32(command, 0);
                command.Add(DeviceBbr);
                UbxFrame.End(command);
                command.IsOptional = true;
                return true;
            default:
                return false;
        }
    }

    private static void WriteMessageRate(ReceiverCommand command, int sentence, int rate)
    {
        UbxFrame.Begin(command, UbxFrame.ClassCfg, CfgMsg);
        command.Add(NmeaClass);
        command.Add(sentence);
        command.Add(rate);
        UbxFrame.End(command);
    }

    private static void WritePort(ReceiverCommand command, SetupTarget settings)
    {
        if (settings.BaudBps == settings.CurrentBaudBps)
        {
            return;
        }

        UbxFrame.Begin(command, UbxFrame.ClassCfg, CfgPrt);
        command.Add(Uart1);
        command.Add(0);
        UbxFrame.AddUInt16(command, 0);
        UbxFrame.AddUInt32(command, Mode8N1);
        UbxFrame.AddUInt32(command, (uint)settings.BaudBps);
        UbxFrame.AddUInt16(command, UbxAndNmea);
        UbxFrame.AddUInt16(command, UbxAndNmea);
        UbxFrame.AddUInt16(command, 0);
        UbxFrame.AddUInt16(command, 0);
        UbxFrame.End(command);
        command.NewBaudBps = settings.BaudBps;
    }
}
