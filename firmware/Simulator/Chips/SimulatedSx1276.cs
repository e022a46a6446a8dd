using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// An SX1276 at the level of its register file: both pages (FSK and LoRa), FIFO with its pointers, modes that take their
/// time, interrupt flags and DIO0. What goes on the air is what the registers say. Sections are of the datasheet rev. 7.
/// </summary>
public sealed class SimulatedSx1276 : SimulatedTransceiver
{
    private const int Fifo = 0x00;
    private const int OpMode = 0x01;
    private const int FifoAddrPtr = 0x0D;
    private const int IrqMask = 0x11;
    private const int IrqFlags = 0x12;
    private const int ImageCal = 0x3B;
    private const int DioMapping1 = 0x40;
    private const int Version = 0x42;

    // The registers between these belong to the mode that is on (6.2).
    private const int PagedFrom = 0x0D;
    private const int PagedTo = 0x3F;

    private const int StartUs = 5000;
    private const int ModeUs = 120;
    private const int OscillatorUs = 250;
    private const int ImageCalUs = 10_000;
    private const int RxDone = 0x40;
    private const int CrcError = 0x20;
    private const int ValidHeader = 0x10;
    private const int TxDone = 0x08;
    private const int CadDone = 0x04;
    private const int CadDetected = 0x01;

    private readonly byte[] _lora = new byte[0x80];
    private readonly byte[] _fsk = new byte[0x80];
    private readonly byte[] _fifo = new byte[256];
    private byte _wantedMode;
    private bool _isStarting;

    /// <param name="time">Its time.</param>
    /// <param name="air">Its antenna.</param>
    /// <param name="reset">NRESET.</param>
    /// <param name="dio0">DIO0.</param>
    public SimulatedSx1276(SimulatedTime time, IAirPort air, GpioLine reset, GpioLine dio0)
        : base(time, air, reset, dio0) => PowerOn();

    /// <summary>What RegVersion reads; 0x12 on this silicon.</summary>
    public byte ChipVersion { get; set; } = 0x12;

    /// <summary>A LoRa register, or a common one, as it stands.</summary>
    public byte Register(int address) => _lora[address];

    /// <summary>The carrier that an image calibration was done at, Hz; 0 before.</summary>
    public int ImageCalibratedHz { get; private set; }

    /// <inheritdoc/>
    public override int FrequencyHz =>
        (int)Math.Round(((_lora[0x06] << 16) | (_lora[0x07] << 8) | _lora[0x08]) * 32e6 / (1 << 19));

    /// <summary>The PA's power, dBm (5.4.2, 5.4.3).</summary>
    public int PowerDbm
    {
        get
        {
            var output = _lora[0x09] & 0x0F;
            if ((_lora[0x09] & 0x80) == 0)
                return (int)(10.8 + (0.6 * ((_lora[0x09] >> 4) & 7))) - 15 + output;

            return 17 - (15 - output) + ((_lora[0x4D] & 7) == 7 ? 3 : 0);
        }
    }

    /// <summary>Where the over-current protection cuts the PA off, mA (5.4.4); unlimited if it is off.</summary>
    public int OcpMilliamps
    {
        get
        {
            var trim = _lora[0x0B] & 0x1F;
            return (_lora[0x0B] & 0x20) == 0 ? int.MaxValue : trim <= 15 ? 45 + (5 * trim) : trim <= 27 ? -30 + (10 * trim) : 240;
        }
    }

    protected override int BandwidthHz => (_lora[0x1D] >> 4) switch { 7 => 125_000, 8 => 250_000, 9 => 500_000, _ => 62_500 };

    protected override int SpreadingFactor => _lora[0x1E] >> 4;

    protected override int SyncWord => _lora[0x39];

    protected override bool ReceivesInverted => (_lora[0x33] & 0x40) != 0 && _lora[0x3B] == 0x19;

    protected override bool ReceivesLowDataRate => (_lora[0x26] & 0x08) != 0;

    private int Mode => _lora[OpMode] & 7;

    private bool IsLoRa => (_lora[OpMode] & 0x80) != 0;

    protected override void PowerOn()
    {
        Array.Clear(_lora);
        Array.Clear(_fsk);
        (int Address, byte Value)[] reset =
        [
            (OpMode, 0x09), (0x06, 0x6C), (0x07, 0x80), (0x09, 0x4F), (0x0A, 0x09), (0x0B, 0x2B), (0x0C, 0x20), (0x0E, 0x80),
            (0x1D, 0x72), (0x1E, 0x70), (0x1F, 0x64), (0x21, 0x08), (0x22, 0x01), (0x23, 0xFF), (0x26, 0x04), (0x2F, 0x20),
            (0x31, 0xC3), (0x33, 0x27), (0x36, 0x03), (0x37, 0x0A), (0x39, 0x12), (0x3A, 0x52), (0x3B, 0x1D), (0x4B, 0x09),
            (0x4D, 0x84),
        ];
        foreach (var (address, value) in reset)
            _lora[address] = value;

        _fsk[ImageCal] = 0x02;
        ImageCalibratedHz = 0;
        _wantedMode = 1;
        _isStarting = true;
        Later(StartUs, () => _isStarting = false);
    }

    protected override void Answer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        if (_isStarting || toChip.Length < 2)
        {
            Complaints.Add("spoken to before it was ready");
            return;
        }

        var isWrite = (toChip[0] & 0x80) != 0;
        var address = toChip[0] & 0x7F;
        for (var i = 1; i < toChip.Length; i++)
        {
            if (isWrite)
                Write(address, toChip[i]);
            else
                fromChip[i] = Read(address);

            // Bursts count up, but for the FIFO (2.2).
            address = address == Fifo ? Fifo : (address + 1) & 0x7F;
        }
    }

    protected override void TakeIn(LoRaEmission emission, double signalDbm, double snrDb, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(emission);
        var start = _lora[0x0F];
        for (var i = 0; i < emission.Frame.Length; i++)
            _fifo[(byte)(start + i)] = emission.Frame[i];

        _lora[0x10] = start;
        _lora[0x13] = (byte)emission.Frame.Length;
        _lora[0x19] = unchecked((byte)(sbyte)Math.Clamp(Math.Round(snrDb * 4), -128, 127));

        // The register tells the channel, signal and noise together (5.5.5): the reader corrects it below 0 dB.
        var registerDbm = snrDb < 0 ? signalDbm - snrDb : -157 + ((signalDbm + 157) * 15 / 16);
        _lora[0x1A] = (byte)Math.Clamp(Math.Round(registerDbm + 157), 0, 255);
        _lora[0x1C] = (byte)(emission.HasCrc ? 0x40 : 0);
        Raise(RxDone | ValidHeader | (isWhole || !emission.HasCrc ? 0 : CrcError));
    }

    private static bool IsPaged(int address) => address is >= PagedFrom and <= PagedTo;

    private byte Read(int address)
    {
        switch (address)
        {
            case Fifo:
                return IsLoRa && Mode != 0 ? _fifo[_lora[FifoAddrPtr]++] : (byte)0;
            case Version:
                return ChipVersion;
            case 0x1B:
                return (byte)Math.Clamp(ChannelDbm + 157, 0, 255);
            default:
                return IsLoRa || !IsPaged(address) ? _lora[address] : _fsk[address];
        }
    }

    private void Write(int address, byte value)
    {
        if (!IsLoRa && IsPaged(address))
        {
            WriteFsk(address, value);
            return;
        }

        switch (address)
        {
            case Fifo when Mode == 1:
                _fifo[_lora[FifoAddrPtr]++] = value;
                break;
            case Fifo:
                Complaints.Add("the FIFO is filled in standby only (4.1.2.3)");
                break;
            case OpMode:
                ChangeMode(value);
                break;
            case IrqFlags:
                _lora[IrqFlags] &= (byte)~value;
                DriveDio0();
                break;
            case Version:
                break;
            default:
                _lora[address] = value;
                DriveDio0();
                break;
        }
    }

    private void WriteFsk(int address, byte value)
    {
        _fsk[address] = value;
        if (address != ImageCal || (value & 0x40) == 0)
            return;

        _fsk[ImageCal] = (byte)((value & ~0x40) | 0x20);
        if (Mode != 1)
            Complaints.Add("an image calibration starts in standby");

        Later(ImageCalUs, () =>
        {
            _fsk[ImageCal] &= 0xDF;
            ImageCalibratedHz = FrequencyHz;
        });
    }

    private void ChangeMode(byte value)
    {
        if (((value ^ _lora[OpMode]) & 0x80) != 0 && Mode != 0)
        {
            Complaints.Add("LongRangeMode changes in sleep only");
            value = (byte)((value & 0x7F) | (_lora[OpMode] & 0x80));
        }

        if (Fault == TransceiverFault.Stuck)
            return;

        var mode = value & 7;
        var wakes = Mode == 0 && mode != 0;
        Forget();
        _wantedMode = value;
        if (mode == 0)
            Array.Clear(_fifo);

        Later(wakes ? OscillatorUs : ModeUs, Reach);
    }

    private void Reach()
    {
        _lora[OpMode] = _wantedMode;
        if (!IsLoRa)
            return;

        switch (Mode)
        {
            case 3:
                Send();
                break;
            case 5:
                ReceivingSinceUs = Time.NowUs;
                break;
            case 7:
                // About two symbols (4.1.6).
                if (Fault != TransceiverFault.NeverCadDone)
                {
                    Later(2_000_000L * (1 << SpreadingFactor) / BandwidthHz, () => EndOf(
                        CadDone | (PreambleIsOnAir ? CadDetected : 0)));
                }

                break;
            default:
                break;
        }
    }

    private void Send()
    {
        IsTransmitting = true;
        var frame = new byte[_lora[0x22]];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = _fifo[(byte)(_lora[0x0E] + i)];

        var hasCrc = (_lora[0x1E] & 0x04) != 0;
        var denominator = 4 + ((_lora[0x1D] >> 1) & 7);
        var preamble = (_lora[0x20] << 8) | _lora[0x21];
        var us = LoRaEmission.DurationUs(
            SpreadingFactor, BandwidthHz, denominator, preamble, hasCrc, ReceivesLowDataRate, frame.Length);
        var emission = new LoRaEmission(
            frame,
            FrequencyHz,
            BandwidthHz,
            SpreadingFactor,
            denominator,
            preamble,
            SyncWord,
            (_lora[0x33] & 0x01) == 0,
            hasCrc,
            ReceivesLowDataRate,
            PowerDbm,
            Time.NowUs,
            Time.NowUs + us);
        Later(us, () =>
        {
            IsTransmitting = false;
            Air.Transmitted(emission);
            if (Fault != TransceiverFault.NeverTxDone)
                EndOf(TxDone);
        });
    }

    // Sending and detecting end in standby by themselves (4.1.2).
    private void EndOf(int flags)
    {
        _lora[OpMode] = (byte)((_lora[OpMode] & 0xF8) | 1);
        Raise(flags);
    }

    private void Raise(int flags)
    {
        _lora[IrqFlags] |= (byte)(flags & ~_lora[IrqMask]);
        DriveDio0();
    }

    // Table 18, DIO0: RxDone, TxDone, CadDone.
    private void DriveDio0()
    {
        var flag = (_lora[DioMapping1] >> 6) switch { 0 => RxDone, 1 => TxDone, 2 => CadDone, _ => 0 };
        Interrupt.Drive(IsLoRa && Fault != TransceiverFault.PinBroken && (_lora[IrqFlags] & flag) != 0);
    }
}
