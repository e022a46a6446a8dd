using System;
using System.Device.Gpio;
using System.Device.Spi;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// SX1276 and its sisters, as on the T-Beam: PA_BOOST wired, DIO0 and NRESET at pins. Section numbers are of Semtech's
/// datasheet SX1276/77/78/79 rev. 7, errata of its errata note 1.1.
/// </summary>
public sealed class Sx127x : LoRaTransceiver
{
    // 7.2.2: low for more than 100 us, and 5 ms until the chip is ready.
    private const int ResetLowUs = 200;
    private const int ResetReadyUs = 5000;

    // Table 7 (TS_OSC 250 us, TS_TR and TS_RE below 100 us), with room for a slow crystal.
    private const int ModeReachedUsMax = 5000;
    private const int ModeStepUs = 100;

    // 5.2.1: an image calibration takes about 10 ms.
    private const int ImageCalUsMax = 30_000;
    private const int ImageCalStepUs = 1000;

    // The image of one frequency serves its neighbourhood: a band is narrower than this.
    private const int ImageCalRangeHz = 15_000_000;

    private readonly bool _hasTcxo;
    private long _calibratedHz;

    /// <param name="spi">Mode 0, up to 10 MHz (2.6).</param>
    /// <param name="reset">NRESET.</param>
    /// <param name="dio0">DIO0.</param>
    /// <param name="clock">For the deadlines.</param>
    /// <param name="pause">For the chip's own times.</param>
    /// <param name="hasTcxo">An oscillator drives XTA; false for a crystal.</param>
    public Sx127x(SpiDevice spi, GpioPin reset, GpioPin dio0, IClock clock, IChipPause pause, bool hasTcxo)
        : base(new RadioBus(spi), reset, dio0, clock, pause)
    {
        _hasTcxo = hasTcxo;
    }

    protected override RadioResult Boot()
    {
        _calibratedHz = 0;
        PulseReset(ResetLowUs, ResetReadyUs);
        if (Read(Sx127xRegisters.Version) != Sx127xRegisters.VersionExpected)
        {
            return RadioResult.NotThere;
        }

        // LongRangeMode can be changed in sleep alone (6.4, RegOpMode).
        RadioResult result = EnterLoRa();
        if (result != RadioResult.Done)
        {
            return result;
        }

        if (_hasTcxo)
        {
            Write(Sx127xRegisters.Tcxo, Sx127xRegisters.TcxoInput);
        }

        Write(Sx127xRegisters.Lna, Sx127xRegisters.LnaBoosted);
        Write(Sx127xRegisters.MaxPayloadLength, FrameBytesMax);
        Write(Sx127xRegisters.DetectionThreshold, Sx127xRegisters.DetectionThresholdSf7To12);
        Write(Sx127xRegisters.IrqFlagsMask, 0x00);

        // It sends or receives, never both: each has the whole FIFO (RegFifoTxBaseAddr, RegFifoRxBaseAddr).
        Write2(Sx127xRegisters.FifoTxBaseAddr, 0x00, 0x00);
        return RadioResult.Done;
    }

    protected override bool Accepts(RadioSettings settings)
    {
        return Sx127xModem.HasFrequency(settings.FrequencyHz)
            && settings.PowerDbm >= Sx127xModem.PowerDbmMin
            && settings.PowerDbm <= Sx127xModem.PowerDbmMax;
    }

    protected override RadioResult Program()
    {
        RadioSettings s = Settings;
        long movedHz = s.FrequencyHz - _calibratedHz;
        if (movedHz > ImageCalRangeHz || movedHz < -ImageCalRangeHz)
        {
            RadioResult calibrated = CalibrateImage();
            if (calibrated != RadioResult.Done)
            {
                return calibrated;
            }
        }

        WriteFrequency();
        Write(Sx127xRegisters.PaConfig, Sx127xModem.PaConfig(s.PowerDbm));
        Write(Sx127xRegisters.PaDac, Sx127xModem.PaDac(s.PowerDbm));
        Write(Sx127xRegisters.Ocp, Sx127xModem.Ocp(s.PowerDbm));
        byte config1 = Sx127xModem.Config1(s);
        byte config2 = Sx127xModem.Config2(s);
        Write2(Sx127xRegisters.ModemConfig1, config1, config2);
        Write(Sx127xRegisters.ModemConfig3, Sx127xModem.Config3(s));
        Write2(Sx127xRegisters.PreambleMsb, (byte)(s.PreambleSymbols >> 8), (byte)s.PreambleSymbols);
        Write(Sx127xRegisters.SyncWord, (byte)s.SyncWord);
        ApplyErrata(s);

        // A chip that is not there any more, or was reset, does not hold what was just written.
        return Read(Sx127xRegisters.ModemConfig1) == config1
            && Read(Sx127xRegisters.ModemConfig1 + 1) == config2
            && Read(Sx127xRegisters.SyncWord) == s.SyncWord
                ? RadioResult.Done
                : Failure();
    }

    protected override RadioResult BeginTransmit(byte[] frame, int offset, int length)
    {
        SetIq(false);
        Write(Sx127xRegisters.DioMapping1, Sx127xRegisters.Dio0TxDone);
        Write(Sx127xRegisters.IrqFlags, Sx127xRegisters.IrqAll);
        Write(Sx127xRegisters.FifoAddrPtr, 0x00);
        Bus.Out[0] = Sx127xRegisters.Write | Sx127xRegisters.Fifo;
        Array.Copy(frame, offset, Bus.Out, 1, length);
        Bus.Transfer(1 + length);
        Write(Sx127xRegisters.PayloadLength, (byte)length);
        Write(Sx127xRegisters.OpMode, Mode(Sx127xRegisters.ModeTransmit));
        return RadioResult.Done;
    }

    protected override RadioResult BeginReceive(bool invertIq)
    {
        SetIq(invertIq);
        Write(Sx127xRegisters.DioMapping1, Sx127xRegisters.Dio0RxDone);
        Write(Sx127xRegisters.IrqFlags, Sx127xRegisters.IrqAll);
        Write(Sx127xRegisters.FifoAddrPtr, 0x00);
        return ReachMode(Mode(Sx127xRegisters.ModeReceive));
    }

    protected override RadioResult BeginDetection()
    {
        SetIq(false);
        Write(Sx127xRegisters.DioMapping1, Sx127xRegisters.Dio0CadDone);
        Write(Sx127xRegisters.IrqFlags, Sx127xRegisters.IrqAll);
        Write(Sx127xRegisters.OpMode, Mode(Sx127xRegisters.ModeDetect));
        return RadioResult.Done;
    }

    protected override RadioResult Standby()
    {
        return ReachMode(Mode(Sx127xRegisters.ModeStandby));
    }

    protected override RadioResult GoToSleep()
    {
        return ReachMode(Mode(Sx127xRegisters.ModeSleep));
    }

    // All registers keep their contents in sleep (4.1.5, table 16), so that standing up is all.
    protected override RadioResult Wake()
    {
        return Standby();
    }

    protected override RadioInterrupts ReadInterrupts()
    {
        int flags = Read(Sx127xRegisters.IrqFlags);

        // A received frame and a sent one at a time: no chip says that, an open line does.
        if (flags == Sx127xRegisters.IrqAll)
        {
            return RadioInterrupts.Implausible;
        }

        RadioInterrupts happened = RadioInterrupts.None;
        happened |= (flags & Sx127xRegisters.IrqTxDone) != 0 ? RadioInterrupts.TxDone : RadioInterrupts.None;
        happened |= (flags & Sx127xRegisters.IrqRxDone) != 0 ? RadioInterrupts.RxDone : RadioInterrupts.None;
        happened |= (flags & Sx127xRegisters.IrqCrcError) != 0 ? RadioInterrupts.CrcError : RadioInterrupts.None;
        happened |= (flags & Sx127xRegisters.IrqCadDone) != 0 ? RadioInterrupts.CadDone : RadioInterrupts.None;
        happened |= (flags & Sx127xRegisters.IrqCadDetected) != 0 ? RadioInterrupts.CadDetected : RadioInterrupts.None;
        return happened;
    }

    protected override void ClearInterrupts()
    {
        Write(Sx127xRegisters.IrqFlags, Sx127xRegisters.IrqAll);
    }

    protected override bool IsReceiving()
    {
        return Read(Sx127xRegisters.OpMode) == Mode(Sx127xRegisters.ModeReceive);
    }

    protected override int ReadChannelDbm()
    {
        // The mode first: a level of 0x00 or 0xFF would otherwise be believed.
        return IsReceiving()
            ? Sx127xModem.ChannelDbm(Read(Sx127xRegisters.RssiValue), Sx127xModem.IsLowPort(Settings.FrequencyHz))
            : RadioLevel.Unknown;
    }

    protected override int FetchFrame(byte[] into, out int rssiDbm, out int snrCdb)
    {
        // RegFifoRxCurrentAddr to RegHopChannel in one transaction.
        const int First = Sx127xRegisters.FifoRxCurrentAddr;
        const int Count = Sx127xRegisters.HopChannel - First + 1;
        Array.Clear(Bus.Out, 0, 1 + Count);
        Bus.Out[0] = First;
        Bus.Transfer(1 + Count);
        int start = Bus.In[1];
        int flags = Bus.In[1 + Sx127xRegisters.IrqFlags - First];
        int length = Bus.In[1 + Sx127xRegisters.RxNbBytes - First];
        bool hasCrc = (Bus.In[1 + Sx127xRegisters.HopChannel - First] & Sx127xRegisters.CrcOnPayload) != 0;

        // Two's complement, in quarters of a dB (6.4, RegPktSnrValue).
        int snrQuarterDb = (sbyte)Bus.In[1 + Sx127xRegisters.PktSnr - First];
        rssiDbm = Sx127xModem.FrameDbm(
            Bus.In[1 + Sx127xRegisters.PktRssi - First], snrQuarterDb, Sx127xModem.IsLowPort(Settings.FrequencyHz));
        snrCdb = snrQuarterDb * 25;
        if (flags == Sx127xRegisters.IrqAll || (flags & Sx127xRegisters.IrqRxDone) == 0)
        {
            return NoAnswer;
        }

        if (!hasCrc || length == 0)
        {
            return WithoutCrc;
        }

        Write(Sx127xRegisters.FifoAddrPtr, (byte)start);
        Array.Clear(Bus.Out, 0, 1 + length);
        Bus.Transfer(1 + length);
        Array.Copy(Bus.In, 1, into, 0, length);
        return length;
    }

    private RadioResult Failure()
    {
        return Read(Sx127xRegisters.Version) == Sx127xRegisters.VersionExpected ? RadioResult.Stuck : RadioResult.NotThere;
    }

    private RadioResult EnterLoRa()
    {
        RadioResult result = ReachMode(Sx127xRegisters.ModeSleep);
        if (result != RadioResult.Done)
        {
            return result;
        }

        result = ReachMode(Mode(Sx127xRegisters.ModeSleep));
        return result == RadioResult.Done ? Standby() : result;
    }

    // The image rejection of the receiver, calibrated in FSK mode with the PA off (5.2.1): the chip itself does so at power-on
    // for 434 MHz only.
    private RadioResult CalibrateImage()
    {
        RadioResult result = GoToSleep();
        if (result == RadioResult.Done)
        {
            result = ReachMode(Sx127xRegisters.ModeSleep);
        }

        if (result == RadioResult.Done)
        {
            result = ReachMode(Sx127xRegisters.ModeStandby);
        }

        if (result != RadioResult.Done)
        {
            return result;
        }

        Write(Sx127xRegisters.PaConfig, 0x00);
        WriteFrequency();
        Write(Sx127xRegisters.FskImageCal, (byte)(Read(Sx127xRegisters.FskImageCal) | Sx127xRegisters.ImageCalStart));
        for (int waitedUs = 0; (Read(Sx127xRegisters.FskImageCal) & Sx127xRegisters.ImageCalRunning) != 0; waitedUs += ImageCalStepUs)
        {
            if (waitedUs >= ImageCalUsMax)
            {
                return RadioResult.Stuck;
            }

            Pause.WaitUs(ImageCalStepUs);
        }

        _calibratedHz = Settings.FrequencyHz;
        return EnterLoRa();
    }

    // Errata 2.1: sensitivity at 500 kHz. Errata 2.3: a spurious response at the others, for which the automatic
    // intermediate frequency is off and set by hand; 62.5 to 250 kHz need no shift of the carrier.
    private void ApplyErrata(RadioSettings s)
    {
        bool isWide = s.BandwidthHz == 500_000;
        Write(Sx127xRegisters.HighBwOptimize1, isWide ? (byte)0x02 : (byte)0x03);
        if (isWide)
        {
            Write(Sx127xRegisters.HighBwOptimize2, Sx127xModem.IsLowPort(s.FrequencyHz) ? (byte)0x7F : (byte)0x64);
        }

        // RegDetectOptimize: AutomaticIFOn 7, 3 in 2-0 for SF7 to SF12; the reset value's other bits.
        Write(Sx127xRegisters.DetectOptimize, isWide ? (byte)0xC3 : (byte)0x43);
        Write2(Sx127xRegisters.IfFreq1, isWide ? (byte)0x20 : (byte)0x40, 0x00);
    }

    private void SetIq(bool receiveInverted)
    {
        Write(Sx127xRegisters.InvertIq, Sx127xModem.InvertIq(receiveInverted));
        Write(Sx127xRegisters.InvertIq2, Sx127xModem.InvertIq2(receiveInverted));
    }

    private void WriteFrequency()
    {
        int frf = Sx127xModem.Frf(Settings.FrequencyHz);
        Bus.Out[0] = Sx127xRegisters.Write | Sx127xRegisters.FrfMsb;
        Bus.Out[1] = (byte)(frf >> 16);
        Bus.Out[2] = (byte)(frf >> 8);
        Bus.Out[3] = (byte)frf;
        Bus.Transfer(4);
    }

    private byte Mode(byte mode)
    {
        bool isLow = Settings.FrequencyHz != 0 && Sx127xModem.IsLowPort(Settings.FrequencyHz);
        return (byte)(Sx127xRegisters.LongRange | (isLow ? Sx127xRegisters.LowFrequency : 0) | mode);
    }

    // A chip that was reset by itself is in FSK mode and does not take LongRangeMode, so that it never reaches the mode.
    private RadioResult ReachMode(byte opMode)
    {
        Write(Sx127xRegisters.OpMode, opMode);
        for (int waitedUs = 0; ; waitedUs += ModeStepUs)
        {
            if (Read(Sx127xRegisters.OpMode) == opMode)
            {
                return RadioResult.Done;
            }

            if (waitedUs >= ModeReachedUsMax)
            {
                return Failure();
            }

            Pause.WaitUs(ModeStepUs);
        }
    }

    private int Read(int register)
    {
        Bus.Out[0] = (byte)register;
        Bus.Out[1] = 0;
        Bus.Transfer(2);
        return Bus.In[1];
    }

    private void Write(byte register, byte value)
    {
        Bus.Out[0] = (byte)(Sx127xRegisters.Write | register);
        Bus.Out[1] = value;
        Bus.Transfer(2);
    }

    private void Write2(byte register, byte first, byte second)
    {
        Bus.Out[0] = (byte)(Sx127xRegisters.Write | register);
        Bus.Out[1] = first;
        Bus.Out[2] = second;
        Bus.Transfer(3);
    }
}
