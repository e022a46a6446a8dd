using System;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Frames;

// Flags of the header: bit 3 long; bit 2 losses; the others zero.
//
// Body of a status, most significant bit first; encrypted. Where nothing else is said, all ones is unknown and the code
// below it "or more".
//
//   time              31  FrameTime
//   supply             8  200 mV
//   battery            7  2,500 mV + 20 mV x code
//   oldest held       16  counters back from this frame's own
//   backlog           12
//   temperature        7  -40 C + code
//   reset cause        4  ResetCause
//   bilge              2  BilgeState
//   satellites         5
//   faults             6  UnitFaults
//   safe mode          1
//   on battery         1
//   uptime             4  0 below 1 min, n at least 2^(n-1) min, 15 unknown       = 104 bits
//
// Long form, 296 bits more:
//   humidity           7  percent, to 100
//   pressure          11  85,000 Pa + 20 Pa x code, to 2,045
//   supply current    11  -10,220 mA + 10 mA x code, to 2,044
//   battery current   11  the same
//   bilge level        8  cm
//   engine 1, 2       10  10 rpm, each
//   engine hours      20  0.1 h
//   HDOP               8  0.1
//   RSSI               8  -code dBm
//   SNR                8  -32.00 dB + 0.25 dB x code
//   air time          10  permille, to 1,000
//   uptime            28  s; the 4 bits above are this one's
//   live counter      32  all ones none
//   dropped           16
//   fixes refused     16
//   free memory       10  KiB
//   firmware          24  major 8, minor 8, patch 8
//   last command      32  all ones none
//   command result     4  CommandResult
//   board temperature  8  -40 C + code
//   reserve            4  zero
//
// Losses, 64 bits more, behind whichever of the two:
//   frames damaged    16
//   SOS dropped       12
//   events lost       12
//   fixes lost        24

/// <summary>The status frame: packs a <see cref="StatusReport"/> and reads it back. One object a thread; allocates nothing.</summary>
public sealed class StatusFrame
{
    /// <summary>The flag of the long form.</summary>
    public const int LongFlag = 8;

    /// <summary>The flag of the losses, which stand behind the short or the long form.</summary>
    public const int LossesFlag = 4;

    /// <summary>The flags that are defined.</summary>
    public const int FlagsDefined = LongFlag | LossesFlag;

    /// <summary>Bytes of the short body: a status reaches as far as an SOS, 24 B at SF10.</summary>
    public const int ShortBodyBytes = 13;

    /// <summary>Bytes of the long body.</summary>
    public const int LongBodyBytes = 50;

    /// <summary>Bytes that the losses add to either body.</summary>
    public const int LossesBytes = 8;

    /// <summary>Bytes of a sealed frame in the short form.</summary>
    public const int ShortBytes = FrameHeader.DurableBytes + ShortBodyBytes + FrameLimits.ShortTagBytes;

    /// <summary>Bytes of a sealed frame in the long form: one LoRa frame at SF9 under a 400 ms dwell limit.</summary>
    public const int LongBytes = FrameHeader.DurableBytes + LongBodyBytes + FrameLimits.ShortTagBytes;

    private const int SupplyBits = 8;
    private const int SupplyStepMv = 200;
    private const int BatteryBits = 7;
    private const int BatteryZeroMv = 2_500;
    private const int BatteryStepMv = 20;
    private const int OldestHeldBits = 16;
    private const int BacklogBits = 12;
    private const int TemperatureBits = 7;
    private const int TemperatureZeroC = -40;
    private const int ResetCauseBits = 4;
    private const int BilgeBits = 2;
    private const int SatellitesBits = 5;
    private const int FaultsBits = 6;
    private const int UptimeClassBits = 4;
    private const int UptimeClassMax = 14;

    private const int HumidityBits = 7;
    private const int HumidityMax = 100;
    private const int PressureBits = 11;
    private const int PressureZeroPa = 85_000;
    private const int PressureStepPa = 20;
    private const int PressureMax = 2_045;
    private const int CurrentBits = 11;
    private const int CurrentZeroMa = -10_220;
    private const int CurrentStepMa = 10;
    private const int CurrentMax = 2_044;
    private const int BilgeLevelBits = 8;
    private const int RpmBits = 10;
    private const int RpmStep = 10;
    private const int EngineHoursBits = 20;
    private const int HdopBits = 8;
    private const int RssiBits = 8;
    private const int SnrBits = 8;
    private const int SnrZeroCdb = -3_200;
    private const int SnrStepCdb = 25;
    private const int AirtimeBits = 10;
    private const int AirtimeMax = 1_000;
    private const int UptimeBits = 28;
    private const int CounterBits = 32;
    private const int TallyBits = 16;
    private const int FreeMemoryBits = 10;
    private const int FirmwareBits = 24;
    private const int CommandResultBits = 4;
    private const int BoardTemperatureBits = 8;
    private const int ReserveBits = 4;

    private const int FramesDamagedBits = 16;
    private const int RareBits = 12;
    private const int FixesLostBits = 24;

    private readonly FieldWriter _writer = new FieldWriter();
    private readonly FieldReader _reader = new FieldReader();

    /// <summary>Bytes of the body with these flags.</summary>
    public static int BodyBytes(int flags)
    {
        int body = (flags & LongFlag) != 0 ? LongBodyBytes : ShortBodyBytes;
        return (flags & LossesFlag) != 0 ? body + LossesBytes : body;
    }

    /// <summary>
    /// The flags for a report: the losses if it has them, however short the frame is to be; the long form if it is asked for
    /// and a frame of so many bytes holds it then.
    /// </summary>
    public static int FlagsFor(StatusReport report, int frameBytesMax)
    {
        int losses = report.HasLosses ? LossesFlag : 0;
        int frameBytes = report.HasLosses ? LongBytes + LossesBytes : LongBytes;
        return report.IsLong && frameBytesMax >= frameBytes ? losses | LongFlag : losses;
    }

    /// <summary>
    /// Writes the body at <paramref name="offset"/>; its length is <see cref="BodyBytes"/>. Measured values go to the
    /// nearest step and stop at the ends of their range; numbers of things stop at "or more".
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A negative number of things, a firmware version of more than 24 bits, or an enum's value that has no meaning.
    /// </exception>
    public void WriteBody(StatusReport report, int flags, byte[] frame, int offset)
    {
        FieldWriter fields = _writer;
        fields.Reset(frame, offset, BodyBytes(flags));
        WriteCommon(fields, report);
        if ((flags & LongFlag) != 0)
        {
            WriteLong(fields, report);
        }

        if ((flags & LossesFlag) != 0)
        {
            fields.Count(report.FramesDamaged, FramesDamagedBits, 1);
            fields.Count(report.SosDropped, RareBits, 1);
            fields.Count(report.EventsLost, RareBits, 1);
            fields.Count(report.FixesLost, FixesLostBits, 1);
        }
    }

    /// <summary>Reads a body into <paramref name="report"/>, which is whole only if nothing was rejected.</summary>
    public FrameRejection ReadBody(int flags, byte[] body, int offset, int length, StatusReport report)
    {
        FrameRejection rejection = FrameLimits.CheckBodyBytes(FrameKind.Status, flags, length);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        FieldReader fields = _reader;
        fields.Reset(body, offset, length);
        int uptimeClass = ReadCommon(fields, report);
        report.ClearLong();
        report.ClearLosses();
        if ((flags & LongFlag) != 0)
        {
            report.IsLong = true;
            ReadLong(fields, report);
            fields.Require(UptimeClassOf(report.UptimeS) == uptimeClass);
        }

        if ((flags & LossesFlag) != 0)
        {
            report.HasLosses = true;
            report.FramesDamaged = fields.Count(FramesDamagedBits, 1);
            report.SosDropped = fields.Count(RareBits, 1);
            report.EventsLost = fields.Count(RareBits, 1);
            report.FixesLost = fields.Count(FixesLostBits, 1);
        }

        return fields.Valid ? FrameRejection.None : FrameRejection.FieldOutOfRange;
    }

    private static void WriteCommon(FieldWriter fields, StatusReport report)
    {
        fields.Raw(FrameTime.FromUtcMs(report.UtcMs), FrameTime.Bits);
        fields.Measure(report.SupplyMv, SupplyBits, 0, SupplyStepMv, FieldWriter.LargestOf(SupplyBits));
        fields.Measure(report.BatteryMv, BatteryBits, BatteryZeroMv, BatteryStepMv, FieldWriter.LargestOf(BatteryBits));
        fields.Count(report.OldestHeldBack, OldestHeldBits, 1);
        fields.Count(report.Backlog, BacklogBits, 1);
        fields.Measure(report.TemperatureC, TemperatureBits, TemperatureZeroC, 1, FieldWriter.LargestOf(TemperatureBits));
        fields.Code((int)report.ResetCause, ResetCauseBits, (int)ResetCause.External);
        fields.Code((int)report.Bilge, BilgeBits, (int)BilgeState.HighWater);
        fields.Count(report.Satellites, SatellitesBits, 1);
        fields.Code((int)report.Faults, FaultsBits, (1 << FaultsBits) - 1);
        fields.Flag(report.SafeMode);
        fields.Flag(report.OnBattery);
        fields.Raw((uint)UptimeClassOf(report.UptimeS), UptimeClassBits);
    }

    private static int ReadCommon(FieldReader fields, StatusReport report)
    {
        report.UtcMs = FrameTime.ToUtcMs(fields.Raw(FrameTime.Bits));
        report.SupplyMv = fields.Count(SupplyBits, SupplyStepMv);
        report.BatteryMv = fields.Measure(BatteryBits, BatteryZeroMv, BatteryStepMv, FieldWriter.LargestOf(BatteryBits));
        report.OldestHeldBack = fields.Count(OldestHeldBits, 1);
        report.Backlog = fields.Count(BacklogBits, 1);
        report.TemperatureC = fields.Measure(TemperatureBits, TemperatureZeroC, 1, FieldWriter.LargestOf(TemperatureBits));
        report.ResetCause = (ResetCause)fields.Code(ResetCauseBits, (int)ResetCause.External);
        report.Bilge = (BilgeState)fields.Code(BilgeBits, (int)BilgeState.HighWater);
        report.Satellites = fields.Count(SatellitesBits, 1);
        report.Faults = (UnitFaults)fields.Raw(FaultsBits);
        report.SafeMode = fields.Flag();
        report.OnBattery = fields.Flag();
        int uptimeClass = (int)fields.Raw(UptimeClassBits);
        report.UptimeS = LeastUptimeS(uptimeClass);
        return uptimeClass;
    }

    private static void WriteLong(FieldWriter fields, StatusReport report)
    {
        fields.Measure(report.HumidityPercent, HumidityBits, 0, 1, HumidityMax);
        fields.Measure(report.PressurePa, PressureBits, PressureZeroPa, PressureStepPa, PressureMax);
        fields.Measure(report.SupplyCurrentMa, CurrentBits, CurrentZeroMa, CurrentStepMa, CurrentMax);
        fields.Measure(report.BatteryCurrentMa, CurrentBits, CurrentZeroMa, CurrentStepMa, CurrentMax);
        fields.Measure(report.BilgeLevelCm, BilgeLevelBits, 0, 1, FieldWriter.LargestOf(BilgeLevelBits));
        fields.Count(report.Engine1Rpm, RpmBits, RpmStep);
        fields.Count(report.Engine2Rpm, RpmBits, RpmStep);
        fields.Count(report.EngineDecihours, EngineHoursBits, 1);
        fields.Count(report.HdopE1, HdopBits, 1);
        int rssi = report.RssiDbm == Fix.Unknown ? Fix.Unknown : -report.RssiDbm;
        fields.Measure(rssi, RssiBits, 0, 1, FieldWriter.LargestOf(RssiBits));
        fields.Measure(report.SnrCdb, SnrBits, SnrZeroCdb, SnrStepCdb, FieldWriter.LargestOf(SnrBits));
        fields.Measure(report.AirtimePermille, AirtimeBits, 0, 1, AirtimeMax);
        fields.Count(report.UptimeS, UptimeBits, 1);
        fields.Raw(report.LiveCounter, CounterBits);
        fields.Count(report.Dropped, TallyBits, 1);
        fields.Count(report.FixesRefused, TallyBits, 1);
        fields.Count(report.FreeMemoryKib, FreeMemoryBits, 1);
        if (report.FirmwareVersion > FieldWriter.LargestOf(FirmwareBits))
        {
            throw new ArgumentOutOfRangeException(nameof(report));
        }

        fields.Count(report.FirmwareVersion, FirmwareBits, 1);
        fields.Raw(report.LastCommand, CounterBits);
        fields.Code((int)report.CommandResult, CommandResultBits, (int)CommandResult.Failed);
        fields.Measure(
            report.BoardTemperatureC, BoardTemperatureBits, TemperatureZeroC, 1, FieldWriter.LargestOf(BoardTemperatureBits));
        fields.Raw(0, ReserveBits);
    }

    private static void ReadLong(FieldReader fields, StatusReport report)
    {
        report.HumidityPercent = fields.Measure(HumidityBits, 0, 1, HumidityMax);
        report.PressurePa = fields.Measure(PressureBits, PressureZeroPa, PressureStepPa, PressureMax);
        report.SupplyCurrentMa = fields.Measure(CurrentBits, CurrentZeroMa, CurrentStepMa, CurrentMax);
        report.BatteryCurrentMa = fields.Measure(CurrentBits, CurrentZeroMa, CurrentStepMa, CurrentMax);
        report.BilgeLevelCm = fields.Count(BilgeLevelBits, 1);
        report.Engine1Rpm = fields.Count(RpmBits, RpmStep);
        report.Engine2Rpm = fields.Count(RpmBits, RpmStep);
        report.EngineDecihours = fields.Count(EngineHoursBits, 1);
        report.HdopE1 = fields.Count(HdopBits, 1);
        int rssi = fields.Count(RssiBits, 1);
        report.RssiDbm = rssi == Fix.Unknown ? Fix.Unknown : -rssi;
        report.SnrCdb = fields.Measure(SnrBits, SnrZeroCdb, SnrStepCdb, FieldWriter.LargestOf(SnrBits));
        report.AirtimePermille = fields.Measure(AirtimeBits, 0, 1, AirtimeMax);
        report.UptimeS = fields.Count(UptimeBits, 1);
        report.LiveCounter = fields.Raw(CounterBits);
        report.Dropped = fields.Count(TallyBits, 1);
        report.FixesRefused = fields.Count(TallyBits, 1);
        report.FreeMemoryKib = fields.Count(FreeMemoryBits, 1);
        report.FirmwareVersion = fields.Count(FirmwareBits, 1);
        report.LastCommand = fields.Raw(CounterBits);
        report.CommandResult = (CommandResult)fields.Code(CommandResultBits, (int)CommandResult.Failed);
        report.BoardTemperatureC = fields.Measure(
            BoardTemperatureBits, TemperatureZeroC, 1, FieldWriter.LargestOf(BoardTemperatureBits));
        fields.Reserved(ReserveBits);
    }

    private static int UptimeClassOf(int uptimeS)
    {
        if (uptimeS == Fix.Unknown)
        {
            return UptimeClassMax + 1;
        }

        if (uptimeS < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(uptimeS));
        }

        int result = 0;
        for (int minutes = uptimeS / 60; minutes > 0 && result < UptimeClassMax; minutes >>= 1)
        {
            result++;
        }

        return result;
    }

    private static int LeastUptimeS(int uptimeClass)
    {
        if (uptimeClass > UptimeClassMax)
        {
            return Fix.Unknown;
        }

        return uptimeClass == 0 ? 0 : 60 << (uptimeClass - 1);
    }
}
