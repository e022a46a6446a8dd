using System;
using System.Device.Gpio;
using System.Device.Spi;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// SX1262, as on the ESP32-S3 boards: BUSY, DIO1 and NRESET at pins. Section numbers are of Semtech's datasheet
/// SX1261/2 rev. 2.1. How it is spoken to is in the other file of this class.
/// </summary>
public sealed partial class Sx126x : LoRaTransceiver
{
    // 8.1: NRESET low for 100 us; BUSY tells when it has started (3.5 ms from cold, table 8-2).
    private const int ResetLowUs = 200;
    private const int ResetReadyUs = 1000;

    // AN1200.48: the same for all spreading factors.
    private const byte CadMinimum = 10;

    // The timeouts of SetDio3AsTcxoCtrl are in steps of 15.625 us (13.3.6).
    private const int RtcStepNs = 15_625;

    // SetTxParams: the PA ramps in 200 us (table 13-41).
    private const byte Ramp200Us = 0x04;

    // SetPaConfig resets OCP to this as well: 140 mA in steps of 2.5 (5.1.1).
    private const byte Ocp140MilliAmps = 0x38;

    private readonly GpioPin _busy;
    private readonly Sx126xOptions _options;
    private readonly int _tcxoVoltage;
    private int _imageBand;

    /// <param name="spi">Mode 0, up to 16 MHz (8.2).</param>
    /// <param name="reset">NRESET.</param>
    /// <param name="busy">BUSY.</param>
    /// <param name="dio1">DIO1.</param>
    /// <param name="clock">For the deadlines.</param>
    /// <param name="pause">For the chip's own times.</param>
    /// <param name="options">How it is wired.</param>
    public Sx126x(
        SpiDevice spi, GpioPin reset, GpioPin busy, GpioPin dio1, IClock clock, IChipPause pause, Sx126xOptions options)
        : base(new RadioBus(spi), reset, dio1, clock, pause)
    {
        _busy = busy ?? throw new ArgumentNullException(nameof(busy));
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _tcxoVoltage = Sx126xModem.TcxoVoltage(options.TcxoMillivolts);
        if (options.TcxoMillivolts != 0 && _tcxoVoltage < 0)
        {
            throw new ArgumentException("DIO3 does not make this voltage.");
        }

        _busy.SetPinMode(PinMode.Input);
    }

    /// <summary>OpError after the last start (table 13-86); anything in it made the start fail.</summary>
    public int DeviceErrors { get; private set; }

    protected override RadioResult Boot()
    {
        _imageBand = 0;
        Outcome = RadioResult.Done;
        PulseReset(ResetLowUs, ResetReadyUs);
        int status = ReadStatus();
        int identity = (ReadRegister(Sx126xCommands.RegLoRaSyncWord) << 8) | ReadRegister(Sx126xCommands.RegLoRaSyncWord + 1);
        if (Outcome != RadioResult.Done)
        {
            // Nothing on SPI that a chip says, and BUSY may read anything: it is not fitted. Otherwise it hangs.
            return IsAnswer(SpeakAnyway()) ? Outcome : RadioResult.NotThere;
        }

        if (!IsAnswer(status) || identity != Sx126xCommands.SyncWordAfterReset)
        {
            return RadioResult.NotThere;
        }

        Order(Sx126xCommands.SetStandby, Sx126xCommands.StandbyRc);
        StartOscillator();
        Order(Sx126xCommands.SetRegulatorMode, _options.HasDcDc ? (byte)1 : (byte)0);
        Order(Sx126xCommands.SetPacketType, Sx126xCommands.PacketTypeLoRa);
        SetStanding();
        Order(Sx126xCommands.GetDeviceErrors, 0, 0, 0);
        DeviceErrors = (Bus.In[2] << 8) | Bus.In[3];
        if (Outcome == RadioResult.Done && (DeviceErrors & Sx126xCommands.DeviceErrorsFatal) != 0)
        {
            return RadioResult.Stuck;
        }

        return Outcome;
    }

    protected override bool Accepts(RadioSettings settings)
    {
        return Sx126xModem.HasFrequency(settings.FrequencyHz)
            && settings.PowerDbm >= Sx126xModem.PowerDbmMin
            && settings.PowerDbm <= Sx126xModem.PowerDbmMax;
    }

    protected override RadioResult Program()
    {
        RadioSettings s = Settings;
        Outcome = RadioResult.Done;
        int band = Sx126xModem.ImageBand(s.FrequencyHz);
        if (band != _imageBand)
        {
            Order(Sx126xCommands.CalibrateImage, (byte)(band >> 8), (byte)band);
            _imageBand = band;
        }

        int frequency = Sx126xModem.RfFrequency(s.FrequencyHz);
        Order(
            Sx126xCommands.SetRfFrequency,
            (byte)(frequency >> 24),
            (byte)(frequency >> 16),
            (byte)(frequency >> 8),
            (byte)frequency);

        // paDutyCycle and hpMax of +22 dBm, with which SetTxParams goes from -9 to +22 in steps of 1 dB (13.1.14, 13.4.4):
        // the settings that draw less are given for four powers only.
        Order(Sx126xCommands.SetPaConfig, 0x04, 0x07, 0x00, 0x01);
        WriteRegister(Sx126xCommands.RegOcp, Ocp140MilliAmps);
        Order(Sx126xCommands.SetTxParams, (byte)s.PowerDbm, Ramp200Us);
        bool isLowRate = TimeOnAir.LowDataRateOptimize(s.SpreadingFactor, s.BandwidthHz);
        Order(
            Sx126xCommands.SetModulationParams,
            (byte)s.SpreadingFactor,
            Sx126xModem.Bandwidth(s.BandwidthHz),
            (byte)(s.CodingRateDenominator - 4),
            isLowRate ? (byte)1 : (byte)0);

        // 15.1: modulation quality at 500 kHz.
        int modulation = ReadRegister(Sx126xCommands.RegTxModulation);
        WriteRegister(
            Sx126xCommands.RegTxModulation, (byte)(s.BandwidthHz == 500_000 ? modulation & ~0x04 : modulation | 0x04));

        int syncWord = Sx126xModem.SyncWord(s.SyncWord);
        WriteRegister(Sx126xCommands.RegLoRaSyncWord, (byte)(syncWord >> 8));
        WriteRegister(Sx126xCommands.RegLoRaSyncWord + 1, (byte)syncWord);
        int written = (ReadRegister(Sx126xCommands.RegLoRaSyncWord) << 8) | ReadRegister(Sx126xCommands.RegLoRaSyncWord + 1);
        return Outcome == RadioResult.Done && written != syncWord ? RadioResult.NotThere : Outcome;
    }

    protected override RadioResult BeginTransmit(byte[] frame, int offset, int length)
    {
        Outcome = RadioResult.Done;
        SetPacket(length, false);
        Bus.Out[0] = Sx126xCommands.WriteBuffer;
        Bus.Out[1] = 0;
        Array.Copy(frame, offset, Bus.Out, 2, length);
        Give(2 + length);
        ClearInterrupts();

        // Without the chip's own timeout: the driver's deadline also covers a chip that hangs.
        Order(Sx126xCommands.SetTx, 0, 0, 0);
        return Outcome;
    }

    protected override RadioResult BeginReceive(bool invertIq)
    {
        Outcome = RadioResult.Done;
        SetPacket(FrameBytesMax, invertIq);
        ClearInterrupts();

        // 0xFFFFFF: until another order comes (13.1.5).
        Order(Sx126xCommands.SetRx, 0xFF, 0xFF, 0xFF);
        return Outcome;
    }

    protected override RadioResult BeginDetection()
    {
        Outcome = RadioResult.Done;
        SetPacket(FrameBytesMax, false);
        ClearInterrupts();
        int sf = Settings.SpreadingFactor;

        // Back to standby after it, whatever it finds (13.4.7).
        Bus.Out[0] = Sx126xCommands.SetCadParams;
        Bus.Out[1] = Sx126xModem.CadSymbolsLog2(sf);
        Bus.Out[2] = Sx126xModem.CadPeak(sf);
        Bus.Out[3] = CadMinimum;
        Array.Clear(Bus.Out, 4, 4);
        Give(8);
        Bus.Out[0] = Sx126xCommands.SetCad;
        Give(1);
        return Outcome;
    }

    protected override RadioResult Standby()
    {
        Outcome = RadioResult.Done;
        Order(Sx126xCommands.SetStandby, Sx126xCommands.StandbyRc);

        // A chip that was reset by itself is in its FSK mode (13.4.2).
        Order(Sx126xCommands.GetPacketType, 0, 0);
        if (Outcome != RadioResult.Done)
        {
            return Outcome;
        }

        if (!IsAnswer(Bus.In[1]))
        {
            return RadioResult.NotThere;
        }

        return Bus.In[2] == Sx126xCommands.PacketTypeLoRa ? RadioResult.Done : RadioResult.Stuck;
    }

    protected override RadioResult GoToSleep()
    {
        Outcome = RadioResult.Done;
        Order(Sx126xCommands.SetStandby, Sx126xCommands.StandbyRc);
        Order(Sx126xCommands.SetSleep, Sx126xCommands.SleepWarm);
        return Outcome;
    }

    protected override RadioResult Wake()
    {
        // NSS going low wakes it; it says BUSY until it is awake (9.3).
        Outcome = RadioResult.Done;
        SpeakAnyway();
        RadioResult result = Standby();
        if (result != RadioResult.Done)
        {
            return result;
        }

        // A warm start keeps the configuration, but of the registers only those on the retention list (9.6).
        SetStanding();
        return Outcome == RadioResult.Done ? Program() : Outcome;
    }

    protected override RadioInterrupts ReadInterrupts()
    {
        Outcome = RadioResult.Done;
        Order(Sx126xCommands.GetIrqStatus, 0, 0, 0);
        if (Outcome != RadioResult.Done || !IsAnswer(Bus.In[1]))
        {
            return RadioInterrupts.Implausible;
        }

        int flags = (Bus.In[2] << 8) | Bus.In[3];
        RadioInterrupts happened = RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqTxDone) != 0 ? RadioInterrupts.TxDone : RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqRxDone) != 0 ? RadioInterrupts.RxDone : RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqCrcError) != 0 ? RadioInterrupts.CrcError : RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqHeaderError) != 0 ? RadioInterrupts.HeaderError : RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqCadDone) != 0 ? RadioInterrupts.CadDone : RadioInterrupts.None;
        happened |= (flags & Sx126xCommands.IrqCadDetected) != 0 ? RadioInterrupts.CadDetected : RadioInterrupts.None;
        return happened;
    }

    protected override void ClearInterrupts()
    {
        Order(Sx126xCommands.ClearIrqStatus, 0xFF, 0xFF);
    }

    protected override bool IsReceiving()
    {
        Outcome = RadioResult.Done;
        int status = ReadStatus();
        return Outcome == RadioResult.Done && ChipMode(status) == Sx126xCommands.ChipModeReceive && IsAnswer(status);
    }

    protected override int ReadChannelDbm()
    {
        Outcome = RadioResult.Done;
        Order(Sx126xCommands.GetRssiInst, 0, 0);
        if (Outcome != RadioResult.Done || ChipMode(Bus.In[1]) != Sx126xCommands.ChipModeReceive || !IsAnswer(Bus.In[1]))
        {
            return RadioLevel.Unknown;
        }

        // In steps of -0.5 dBm (13.5.4).
        return -Bus.In[2] / 2;
    }

    protected override int FetchFrame(byte[] into, out int rssiDbm, out int snrCdb)
    {
        Outcome = RadioResult.Done;

        // RssiPkt and SignalRssiPkt in steps of -0.5 dBm, SnrPkt in quarters of a dB, two's complement (13.5.3). Below the
        // noise the channel's level says nothing of the frame.
        Order(Sx126xCommands.GetPacketStatus, 0, 0, 0, 0);
        int snrQuarterDb = (sbyte)Bus.In[3];
        rssiDbm = snrQuarterDb < 0 ? -Bus.In[4] / 2 : -Bus.In[2] / 2;
        snrCdb = snrQuarterDb * 25;
        bool hasCrc = (ReadRegister(Sx126xCommands.RegHeaderCrc) & Sx126xCommands.HeaderHasCrc) != 0;
        Order(Sx126xCommands.GetRxBufferStatus, 0, 0, 0);
        int status = Bus.In[1];
        int length = Bus.In[2];
        byte start = Bus.In[3];
        if (Outcome != RadioResult.Done || !IsAnswer(status))
        {
            return NoAnswer;
        }

        if (!hasCrc || length == 0)
        {
            return WithoutCrc;
        }

        Array.Clear(Bus.Out, 0, 3 + length);
        Bus.Out[0] = Sx126xCommands.ReadBuffer;
        Bus.Out[1] = start;
        Give(3 + length);
        if (Outcome != RadioResult.Done)
        {
            return NoAnswer;
        }

        Array.Copy(Bus.In, 3, into, 0, length);
        return length;
    }

    private void StartOscillator()
    {
        if (_options.TcxoMillivolts == 0)
        {
            return;
        }

        int steps = _options.TcxoReadyUs * 1000 / RtcStepNs;
        Order(
            Sx126xCommands.SetDio3AsTcxoCtrl, (byte)_tcxoVoltage, (byte)(steps >> 16), (byte)(steps >> 8), (byte)steps);

        // At power-on the chip looked for a crystal and failed: forget that, and calibrate with the TCXO (9.2.1, 13.3.6).
        Order(Sx126xCommands.ClearDeviceErrors, 0, 0);
        Order(Sx126xCommands.Calibrate, 0x7F);
    }

    private void SetStanding()
    {
        Order(Sx126xCommands.SetDio2AsRfSwitchCtrl, _options.Dio2IsRfSwitch ? (byte)1 : (byte)0);

        // It sends or receives, never both: each has the whole buffer.
        Order(Sx126xCommands.SetBufferBaseAddress, 0, 0);
        Bus.Out[0] = Sx126xCommands.SetDioIrqParams;
        Bus.Out[1] = Sx126xCommands.IrqUsed >> 8;
        Bus.Out[2] = Sx126xCommands.IrqUsed & 0xFF;
        Bus.Out[3] = Sx126xCommands.IrqUsed >> 8;
        Bus.Out[4] = Sx126xCommands.IrqUsed & 0xFF;
        Array.Clear(Bus.Out, 5, 4);
        Give(9);

        // 15.2: the PA's clamp is too eager against a mismatched antenna.
        WriteRegister(Sx126xCommands.RegTxClamp, (byte)(ReadRegister(Sx126xCommands.RegTxClamp) | 0x1E));
        WriteRegister(Sx126xCommands.RegRxGain, _options.BoostedReceiver ? (byte)0x96 : (byte)0x94);
    }

    // Explicit header, CRC on (13.4.6); 15.4: the register's bit 2 is off while I and Q are inverted.
    private void SetPacket(int length, bool invertIq)
    {
        Bus.Out[0] = Sx126xCommands.SetPacketParams;
        Bus.Out[1] = (byte)(Settings.PreambleSymbols >> 8);
        Bus.Out[2] = (byte)Settings.PreambleSymbols;
        Bus.Out[3] = 0;
        Bus.Out[4] = (byte)length;
        Bus.Out[5] = 1;
        Bus.Out[6] = invertIq ? (byte)1 : (byte)0;
        Give(7);
        int polarity = ReadRegister(Sx126xCommands.RegIqPolarity);
        WriteRegister(Sx126xCommands.RegIqPolarity, (byte)(invertIq ? polarity & ~0x04 : polarity | 0x04));
    }
}
