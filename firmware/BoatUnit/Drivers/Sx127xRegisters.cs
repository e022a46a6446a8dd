namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>Registers of the SX1276/77/78/79 in LoRa mode (datasheet rev. 7, 6.1 and 6.4) and what is written to them.</summary>
internal static class Sx127xRegisters
{
    public const byte Write = 0x80;

    public const byte Fifo = 0x00;
    public const byte OpMode = 0x01;
    public const byte FrfMsb = 0x06;
    public const byte PaConfig = 0x09;
    public const byte Ocp = 0x0B;
    public const byte Lna = 0x0C;
    public const byte FifoAddrPtr = 0x0D;
    public const byte FifoTxBaseAddr = 0x0E;
    public const byte FifoRxCurrentAddr = 0x10;
    public const byte IrqFlagsMask = 0x11;
    public const byte IrqFlags = 0x12;
    public const byte RxNbBytes = 0x13;
    public const byte PktSnr = 0x19;
    public const byte PktRssi = 0x1A;
    public const byte RssiValue = 0x1B;
    public const byte HopChannel = 0x1C;
    public const byte ModemConfig1 = 0x1D;
    public const byte PreambleMsb = 0x20;
    public const byte PayloadLength = 0x22;
    public const byte MaxPayloadLength = 0x23;
    public const byte ModemConfig3 = 0x26;
    public const byte IfFreq1 = 0x2F;
    public const byte DetectOptimize = 0x31;
    public const byte InvertIq = 0x33;
    public const byte HighBwOptimize1 = 0x36;
    public const byte DetectionThreshold = 0x37;
    public const byte SyncWord = 0x39;
    public const byte HighBwOptimize2 = 0x3A;
    public const byte InvertIq2 = 0x3B;
    public const byte DioMapping1 = 0x40;
    public const byte Version = 0x42;
    public const byte Tcxo = 0x4B;
    public const byte PaDac = 0x4D;

    /// <summary>In FSK mode, the place of <see cref="InvertIq2"/>.</summary>
    public const byte FskImageCal = 0x3B;
    public const byte ImageCalStart = 0x40;
    public const byte ImageCalRunning = 0x20;

    /// <summary>RegVersion of this silicon.</summary>
    public const byte VersionExpected = 0x12;

    // RegOpMode: LongRangeMode 7, LowFrequencyModeOn 3, Mode 2-0.
    public const byte LongRange = 0x80;
    public const byte LowFrequency = 0x08;
    public const byte ModeSleep = 0;
    public const byte ModeStandby = 1;
    public const byte ModeTransmit = 3;
    public const byte ModeReceive = 5;
    public const byte ModeDetect = 7;

    // RegIrqFlags; writing a one clears.
    public const byte IrqRxDone = 0x40;
    public const byte IrqCrcError = 0x20;
    public const byte IrqTxDone = 0x08;
    public const byte IrqCadDone = 0x04;
    public const byte IrqCadDetected = 0x01;
    public const byte IrqAll = 0xFF;

    // RegDioMapping1, DIO0 in bits 7-6 (table 18).
    public const byte Dio0RxDone = 0x00;
    public const byte Dio0TxDone = 0x40;
    public const byte Dio0CadDone = 0x80;

    /// <summary>RegHopChannel: the header of the frame says that a CRC follows.</summary>
    public const byte CrcOnPayload = 0x40;

    /// <summary>RegLna: highest gain to begin with, LNA current boosted on the HF port.</summary>
    public const byte LnaBoosted = 0x23;

    /// <summary>RegTcxo: an external clipped sine wave oscillator on XTA, with the reset value's other bits.</summary>
    public const byte TcxoInput = 0x19;

    /// <summary>RegDetectionThreshold for SF7 to SF12.</summary>
    public const byte DetectionThresholdSf7To12 = 0x0A;
}
