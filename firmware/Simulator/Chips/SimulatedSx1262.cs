using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// An SX1262 at the level of its commands: BUSY after each of them for as long as a real one, buffer, interrupt register
/// with its mask and DIO1, registers. What goes on the air is what it was told. Sections are of the datasheet rev. 2.1.
/// </summary>
public sealed class SimulatedSx1262 : SimulatedTransceiver
{
    private const int SleepMode = 0;
    private const int StandbyMode = 2;
    private const int ReceiveMode = 5;
    private const int TransmitMode = 6;
    private const int DetectMode = 7;

    // Table 8-2: from reset, from warm sleep, into sending or receiving, and for other commands.
    private const int StartUs = 3500;
    private const int WarmUs = 340;
    private const int ModeUs = 100;
    private const int CommandUs = 20;
    private const int CalibrationUs = 3500;
    private const int TxDone = 0x0001;
    private const int RxDone = 0x0002;
    private const int HeaderValid = 0x0010;
    private const int CrcError = 0x0040;
    private const int CadDone = 0x0080;
    private const int CadDetected = 0x0100;

    private readonly GpioLine _busy;
    private readonly byte[] _registers = new byte[0x1000];
    private readonly byte[] _buffer = new byte[256];
    private readonly byte[] _modulation = new byte[4];
    private readonly byte[] _packet = new byte[6];
    private readonly byte[] _pa = new byte[4];
    private int _busyEra;
    private int _mode;
    private int _packetType;
    private int _rfFrequency;
    private int _irq;
    private int _irqMask;
    private int _dio1Mask;
    private int _txBase;
    private int _rxBase;
    private int _deviceErrors;
    private byte _rxLength;
    private byte _rxStart;
    private byte _rssiPacket;
    private byte _snrPacket;
    private byte _signalRssi;

    /// <param name="time">Its time.</param>
    /// <param name="air">Its antenna.</param>
    /// <param name="reset">NRESET.</param>
    /// <param name="busy">BUSY.</param>
    /// <param name="dio1">DIO1.</param>
    public SimulatedSx1262(SimulatedTime time, IAirPort air, GpioLine reset, GpioLine busy, GpioLine dio1)
        : base(time, air, reset, dio1)
    {
        ArgumentNullException.ThrowIfNull(busy);
        _busy = busy;
        PowerOn();
    }

    /// <summary>The board has a TCXO at DIO3 instead of a crystal: until it is told, the chip's oscillator does not start.</summary>
    public bool NeedsTcxo { get; set; } = true;

    /// <summary>What SetDio3AsTcxoCtrl said: the voltage's code; -1 before.</summary>
    public int TcxoVoltage { get; private set; } = -1;

    public bool Dio2IsRfSwitch { get; private set; }

    public bool HasDcDc { get; private set; }

    /// <summary>The two of the last CalibrateImage.</summary>
    public int ImageBand { get; private set; }

    public int PowerDbm { get; private set; }

    /// <summary>The four of SetPaConfig.</summary>
    public ReadOnlySpan<byte> PaConfig => _pa;

    /// <summary>CadSymbolNum (as log2), CadDetPeak and CadDetMin of the last detection.</summary>
    public (int SymbolsLog2, int Peak, int Minimum) Cad { get; private set; }

    /// <inheritdoc/>
    public override int FrequencyHz => (int)Math.Round(_rfFrequency * 32e6 / (1 << 25));

    protected override int BandwidthHz => _modulation[1] switch { 4 => 125_000, 5 => 250_000, 6 => 500_000, _ => 62_500 };

    protected override int SpreadingFactor => _modulation[0];

    protected override int SyncWord => (_registers[0x740] & 0xF0) | (_registers[0x741] >> 4);

    protected override bool ReceivesInverted => IqIsInverted;

    protected override bool ReceivesLowDataRate => _modulation[3] == 1;

    // 15.4: the packet parameter alone does not do it well.
    private bool IqIsInverted => _packet[5] == 1 && (_registers[0x736] & 4) == 0;

    public byte Register(int address) => _registers[address];

    protected override void PowerOn()
    {
        Array.Clear(_registers);
        Array.Clear(_buffer);
        Array.Clear(_modulation);
        Array.Clear(_packet);
        _registers[0x740] = 0x14;
        _registers[0x741] = 0x24;
        _registers[0x736] = 0x0D;
        _registers[0x889] = 0x01;
        _registers[0x8AC] = 0x94;
        _registers[0x8D8] = 0xC8;
        _registers[0x8E7] = 0x18;
        _mode = StandbyMode;
        _packetType = 0;
        _rfFrequency = 0;
        _irq = 0;
        _irqMask = 0;
        _dio1Mask = 0;
        _txBase = 0;
        _rxBase = 0;
        _deviceErrors = NeedsTcxo ? 0x0020 : 0;
        TcxoVoltage = -1;
        Dio2IsRfSwitch = false;
        HasDcDc = false;
        ImageBand = 0;
        BeBusy(StartUs);
    }

    protected override void Answer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        if (_mode == SleepMode)
        {
            // NSS going low is what wakes it; what was said is lost (9.3).
            _mode = StandbyMode;
            BeBusy(WarmUs);
            return;
        }

        fromChip.Fill(Status);
        if (_busy.IsHigh)
        {
            Complaints.Add($"command 0x{toChip[0]:X2} while it says BUSY");
            return;
        }

        if (IsReading(toChip[0]))
            Tell(toChip, fromChip);
        else
            Obey(toChip[0], toChip[1..]);
    }

    protected override void TakeIn(LoRaEmission emission, double signalDbm, double snrDb, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(emission);
        for (var i = 0; i < emission.Frame.Length; i++)
            _buffer[(byte)(_rxBase + i)] = emission.Frame[i];

        _rxStart = (byte)_rxBase;
        _rxLength = (byte)emission.Frame.Length;
        var channelDbm = 10 * Math.Log10(Math.Pow(10, signalDbm / 10) + Math.Pow(10, (signalDbm - snrDb) / 10));
        _rssiPacket = (byte)Math.Clamp(Math.Round(-2 * channelDbm), 0, 255);
        _snrPacket = unchecked((byte)(sbyte)Math.Clamp(Math.Round(snrDb * 4), -128, 127));
        _signalRssi = (byte)Math.Clamp(Math.Round(-2 * signalDbm), 0, 255);
        _registers[0x76B] = (byte)(emission.HasCrc ? 0x10 : 0);
        Raise(RxDone | HeaderValid | (isWhole || !emission.HasCrc ? 0 : CrcError));
    }

    private byte Status => (byte)(_mode << 4);

    private static bool IsReading(byte opcode) => opcode is 0x11 or 0x12 or 0x13 or 0x14 or 0x15 or 0x17 or 0x1D or 0x1E or 0xC0;

    private static int Word(ReadOnlySpan<byte> bytes) => (bytes[0] << 8) | bytes[1];

    private static void Put(Span<byte> fromChip, params ReadOnlySpan<byte> told)
    {
        for (var i = 0; i < told.Length && i + 2 < fromChip.Length; i++)
            fromChip[i + 2] = told[i];
    }

    private void Tell(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        switch (toChip[0])
        {
            case 0x11:
                Put(fromChip, (byte)_packetType);
                break;
            case 0x12:
                Put(fromChip, (byte)(_irq >> 8), (byte)_irq);
                break;
            case 0x13:
                Put(fromChip, _rxLength, _rxStart);
                break;
            case 0x14:
                Put(fromChip, _rssiPacket, _snrPacket, _signalRssi);
                break;
            case 0x15:
                Put(fromChip, (byte)Math.Clamp(-2 * ChannelDbm, 0, 255));
                break;
            case 0x17:
                Put(fromChip, (byte)(_deviceErrors >> 8), (byte)_deviceErrors);
                break;
            case 0x1D:
                var address = Word(toChip[1..]);
                for (var i = 4; i < fromChip.Length; i++)
                    fromChip[i] = _registers[(address + i - 4) & 0xFFF];
                break;
            case 0x1E:
                for (var i = 3; i < fromChip.Length; i++)
                    fromChip[i] = _buffer[(byte)(toChip[1] + i - 3)];
                break;
            default:
                break;
        }
    }

    private void Obey(byte opcode, ReadOnlySpan<byte> said)
    {
        BeBusy(opcode is 0x89 or 0x98 ? CalibrationUs : opcode is 0x82 or 0x83 or 0xC5 ? ModeUs : CommandUs);
        switch (opcode)
        {
            case 0x02:
                _irq &= ~Word(said);
                DriveDio1();
                break;
            case 0x08:
                _irqMask = Word(said);
                _dio1Mask = Word(said[2..]);
                break;
            case 0x0D:
                said[2..].CopyTo(_registers.AsSpan(Word(said)));
                break;
            case 0x0E:
                for (var i = 1; i < said.Length; i++)
                    _buffer[(byte)(said[0] + i - 1)] = said[i];
                break;
            case 0x80:
                ChangeMode(StandbyMode);
                break;
            case 0x84:
                GoToSleep(said[0]);
                break;
            case 0x82:
                ChangeMode(ReceiveMode);
                Later(ModeUs, () => ReceivingSinceUs = Time.NowUs);
                break;
            case 0x83:
                Send();
                break;
            case 0xC5:
                Detect();
                break;
            default:
                Set(opcode, said);
                break;
        }
    }

    private void Set(byte opcode, ReadOnlySpan<byte> said)
    {
        if (_mode is ReceiveMode or TransmitMode or DetectMode)
            Complaints.Add($"command 0x{opcode:X2} outside standby");

        switch (opcode)
        {
            case 0x07:
                _deviceErrors = 0;
                break;
            case 0x86:
                _rfFrequency = (Word(said) << 16) | Word(said[2..]);
                break;
            case 0x88:
                Cad = (said[0], said[1], said[2]);
                break;
            case 0x89:
                _deviceErrors = NeedsTcxo && TcxoVoltage < 0 ? 0x0020 : 0;
                break;
            case 0x8A:
                _packetType = said[0];
                break;
            case 0x8B:
                said[..4].CopyTo(_modulation);
                break;
            case 0x8C:
                said[..6].CopyTo(_packet);
                break;
            case 0x8E:
                PowerDbm = (sbyte)said[0];
                break;
            case 0x8F:
                _txBase = said[0];
                _rxBase = said[1];
                break;
            case 0x95:
                said[..4].CopyTo(_pa);
                break;
            case 0x96:
                HasDcDc = said[0] == 1;
                break;
            case 0x97:
                TcxoVoltage = said[0];
                break;
            case 0x98:
                ImageBand = Word(said);
                break;
            case 0x9D:
                Dio2IsRfSwitch = said[0] == 1;
                break;
            default:
                Complaints.Add($"unknown command 0x{opcode:X2}");
                break;
        }
    }

    private void ChangeMode(int mode)
    {
        Forget();
        _mode = mode;
    }

    private void GoToSleep(byte how)
    {
        if (_mode != StandbyMode)
            Complaints.Add("SetSleep is given in standby (13.1.1)");
        if ((how & 4) == 0)
            Complaints.Add("a cold start forgets everything");

        // The registers that are on no retention list are lost (9.6).
        _registers[0x736] = 0x0D;
        _registers[0x889] = 0x01;
        _registers[0x8AC] = 0x94;
        _registers[0x8D8] = 0xC8;
        ChangeMode(SleepMode);
        _busyEra++;
        _busy.Drive(true);
    }

    private void Send()
    {
        var pa = _pa.AsSpan();
        if (_packetType != 1 || pa[1] == 0)
        {
            Complaints.Add("SetTx before packet type and PA");
            return;
        }

        ChangeMode(TransmitMode);
        IsTransmitting = true;
        var frame = new byte[_packet[3]];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = _buffer[(byte)(_txBase + i)];

        var preamble = Word(_packet);
        var hasCrc = _packet[4] == 1;
        var denominator = 4 + _modulation[2];
        var us = LoRaEmission.DurationUs(
            SpreadingFactor, BandwidthHz, denominator, preamble, hasCrc, ReceivesLowDataRate, frame.Length);
        var startUs = Time.NowUs + ModeUs;
        var emission = new LoRaEmission(
            frame,
            FrequencyHz,
            BandwidthHz,
            SpreadingFactor,
            denominator,
            preamble,
            SyncWord,
            IqIsInverted,
            hasCrc,
            ReceivesLowDataRate,
            PowerDbm,
            startUs,
            startUs + us);
        Later(ModeUs + us, () =>
        {
            ChangeMode(StandbyMode);
            Air.Transmitted(emission);
            if (Fault != TransceiverFault.NeverTxDone)
                Raise(TxDone);
        });
    }

    private void Detect()
    {
        ChangeMode(ReceiveMode);
        if (Fault == TransceiverFault.NeverCadDone)
            return;

        var symbols = (1L << Cad.SymbolsLog2) + 1;
        Later(ModeUs + (symbols * 1_000_000 * (1 << SpreadingFactor) / BandwidthHz), () =>
        {
            ChangeMode(StandbyMode);
            Raise(CadDone | (PreambleIsOnAir ? CadDetected : 0));
        });
    }

    private void Raise(int flags)
    {
        _irq |= flags & _irqMask;
        DriveDio1();
    }

    private void DriveDio1() => Interrupt.Drive(Fault != TransceiverFault.PinBroken && (_irq & _dio1Mask) != 0);

    private void BeBusy(int us)
    {
        var era = ++_busyEra;
        _busy.Drive(true);
        Time.In(us, () =>
        {
            if (era == _busyEra && Fault != TransceiverFault.Stuck)
                _busy.Drive(false);
        });
    }
}
