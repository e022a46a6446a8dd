namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Commands and registers of the SX1261/62 (datasheet rev. 2.1, tables 11-1 to 11-5 and 12-1).</summary>
internal static class Sx126xCommands
{
    public const byte ClearIrqStatus = 0x02;
    public const byte ClearDeviceErrors = 0x07;
    public const byte SetDioIrqParams = 0x08;
    public const byte WriteRegister = 0x0D;
    public const byte WriteBuffer = 0x0E;
    public const byte GetPacketType = 0x11;
    public const byte GetIrqStatus = 0x12;
    public const byte GetRxBufferStatus = 0x13;
    public const byte GetPacketStatus = 0x14;
    public const byte GetRssiInst = 0x15;
    public const byte GetDeviceErrors = 0x17;
    public const byte ReadRegister = 0x1D;
    public const byte ReadBuffer = 0x1E;
    public const byte SetStandby = 0x80;
    public const byte SetRx = 0x82;
    public const byte SetTx = 0x83;
    public const byte SetSleep = 0x84;
    public const byte SetRfFrequency = 0x86;
    public const byte SetCadParams = 0x88;
    public const byte Calibrate = 0x89;
    public const byte SetPacketType = 0x8A;
    public const byte SetModulationParams = 0x8B;
    public const byte SetPacketParams = 0x8C;
    public const byte SetTxParams = 0x8E;
    public const byte SetBufferBaseAddress = 0x8F;
    public const byte SetPaConfig = 0x95;
    public const byte SetRegulatorMode = 0x96;
    public const byte SetDio3AsTcxoCtrl = 0x97;
    public const byte CalibrateImage = 0x98;
    public const byte SetDio2AsRfSwitchCtrl = 0x9D;
    public const byte GetStatus = 0xC0;
    public const byte SetCad = 0xC5;

    public const int RegIqPolarity = 0x0736;
    public const int RegLoRaSyncWord = 0x0740;

    /// <summary>Bit 4: the header of the frame received last says that a CRC follows (Semtech's own driver, sx126x_regs.h).</summary>
    public const int RegHeaderCrc = 0x076B;
    public const int RegTxModulation = 0x0889;
    public const int RegRxGain = 0x08AC;
    public const int RegTxClamp = 0x08D8;
    public const int RegOcp = 0x08E7;

    /// <summary>Reset value of <see cref="RegLoRaSyncWord"/> (table 12-1): how the chip is known to be one.</summary>
    public const int SyncWordAfterReset = 0x1424;

    public const byte HeaderHasCrc = 0x10;

    // Status byte (table 13-76): chip mode in bits 6-4.
    public const int ChipModeStandbyRc = 2;
    public const int ChipModeReceive = 5;
    public const int ChipModeTransmit = 6;

    public const byte StandbyRc = 0;
    public const byte PacketTypeLoRa = 1;

    // SetSleep (table 13-2): warm start, the configuration is kept.
    public const byte SleepWarm = 0x04;

    // IRQ register (table 13-29).
    public const int IrqTxDone = 0x0001;
    public const int IrqRxDone = 0x0002;
    public const int IrqHeaderError = 0x0020;
    public const int IrqCrcError = 0x0040;
    public const int IrqCadDone = 0x0080;
    public const int IrqCadDetected = 0x0100;
    public const int IrqUsed = IrqTxDone | IrqRxDone | IrqHeaderError | IrqCrcError | IrqCadDone | IrqCadDetected;

    /// <summary>OpError (table 13-86): calibrations 0-4, XOSC did not start 5, PLL did not lock 6.</summary>
    public const int DeviceErrorsFatal = 0x007F;
}
