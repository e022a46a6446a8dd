using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.SelfTest;

// live position    latitude, longitude (degrees x 10^5), second of day, speed, course
// event            latitude, longitude, persons, vessels, code
// status           supply, battery, temperature, backlog, satellites, uptime;
//   long form      and humidity, pressure, battery current, RSSI, SNR, firmware
// acknowledgement  base, bitmap; long form: and first and bitmap of the selective part
// command          live interval, track interval, duration, SOS code; what the command has not is 0
// fix              latitude, longitude (degrees x 10^7), time of day, day, speed, course, altitude, HDOP, satellites

/// <summary>The values of a report or a fix that the self-test compares, in the order above. A report that is read wrongly
/// and written wrongly alike would pass a comparison of bytes.</summary>
public static class SelfTestValues
{
    /// <summary>The most values of any.</summary>
    public const int CountMax = 12;

    /// <summary>Bytes of a point of a sketch as laid out for its checksum; a track's has two numbers more.</summary>
    public const int VertexBytes = 12;

    /// <summary>Bytes of a point of a track.</summary>
    public const int FixBytes = 20;

    /// <summary>What the codec has just read; how many values that are.</summary>
    public static int Of(FrameCodec codec, int[] values)
    {
        switch (codec.Header.Kind)
        {
            case FrameKind.LiveArea:
            case FrameKind.LiveWorld:
                return Of(codec.Position, values);
            case FrameKind.Event:
                return Of(codec.Event, values);
            case FrameKind.Status:
                return Of(codec.Status, values);
            case FrameKind.Acknowledgement:
                return Of(codec.Acknowledgement, values);
            case FrameKind.Command:
                return Of(codec.Command, values);
            default:
                return 0;
        }
    }

    public static int Of(LivePosition position, int[] values)
    {
        values[0] = position.LatitudeE5;
        values[1] = position.LongitudeE5;
        values[2] = position.SecondOfDay;
        values[3] = position.SogDeciknots;
        values[4] = position.CogDeg;
        return 5;
    }

    public static int Of(EventReport report, int[] values)
    {
        values[0] = report.LatitudeE5;
        values[1] = report.LongitudeE5;
        values[2] = report.Persons;
        values[3] = report.Vessels;
        values[4] = report.Code;
        return 5;
    }

    public static int Of(StatusReport report, int[] values)
    {
        values[0] = report.SupplyMv;
        values[1] = report.BatteryMv;
        values[2] = report.TemperatureC;
        values[3] = report.Backlog;
        values[4] = report.Satellites;
        values[5] = report.UptimeS;
        if (!report.IsLong)
        {
            return 6;
        }

        values[6] = report.HumidityPercent;
        values[7] = report.PressurePa;
        values[8] = report.BatteryCurrentMa;
        values[9] = report.RssiDbm;
        values[10] = report.SnrCdb;
        values[11] = report.FirmwareVersion;
        return 12;
    }

    public static int Of(Acknowledgement acknowledgement, int[] values)
    {
        values[0] = (int)acknowledgement.BaseCounter;
        values[1] = (int)acknowledgement.Bitmap;
        if (acknowledgement.SelectiveBitmap == 0)
        {
            return 2;
        }

        values[2] = (int)acknowledgement.SelectiveFirst;
        values[3] = (int)acknowledgement.SelectiveBitmap;
        return 4;
    }

    public static int Of(Command command, int[] values)
    {
        bool interval = command.Kind == CommandKind.ReportInterval;
        values[0] = interval ? command.LiveIntervalS : 0;
        values[1] = interval ? command.TrackIntervalS : 0;
        values[2] = interval ? command.DurationMin : 0;
        values[3] = command.Kind == CommandKind.SosAcknowledged ? command.SosCode : 0;
        return 4;
    }

    public static int Of(Fix fix, int[] values)
    {
        values[0] = fix.LatitudeE7;
        values[1] = fix.LongitudeE7;
        values[2] = fix.TimeOfDayMs;
        values[3] = fix.DayNumber;
        values[4] = fix.SogMilliknots;
        values[5] = fix.CogCdeg;
        values[6] = fix.AltitudeCm;
        values[7] = fix.HdopE2;
        values[8] = fix.Satellites;
        return 9;
    }

    /// <summary>Lays a point out for the checksum, each number in four bytes, big-endian; returns the next offset.</summary>
    public static int AddPoint(byte[] buffer, int offset, long utcS, int latitudeE5, int longitudeE5)
    {
        BigEndian.Put(buffer, offset, (uint)utcS);
        BigEndian.Put(buffer, offset + 4, (uint)latitudeE5);
        BigEndian.Put(buffer, offset + 8, (uint)longitudeE5);
        return offset + VertexBytes;
    }

    /// <summary>Behind a point of a track its speed and course, or twice <see cref="Fix.Unknown"/>.</summary>
    public static int AddSpeed(byte[] buffer, int offset, int sogDeciknots, int cogDeg)
    {
        BigEndian.Put(buffer, offset, (uint)sogDeciknots);
        BigEndian.Put(buffer, offset + 4, (uint)cogDeg);
        return offset + FixBytes - VertexBytes;
    }
}
