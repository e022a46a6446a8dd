using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Frames;

// Flags of the header:
//
//   bit 3  world: the position is in the world form
//       2  long: the contact follows
//       1..0  position age  PositionAge
//
// Body of an event, most significant bit first; encrypted:
//
//                     area (104 bits)    world (104 bits)
//   time              31  FrameTime      31
//   position          44  PositionField  51
//   event              4  EventKind       4
//   persons            6  62 or more, 63 unknown
//   vessels            4  14 or more, 15 unknown
//   confidence         2  Confidence
//   code               6  0 none
//   reserve            7  zero            0
//
// Long form, 40 bits more:
//   contact bearing    9  degrees, 511 unknown
//   contact distance  12  10 m, 4,094 = 40.94 km or more, 4,095 unknown
//   contact course     9  degrees, 511 unknown
//   contact speed     10  0.1 kn, 1022 = 102.2 kn or more, 1023 unknown

/// <summary>The event frame: packs an <see cref="EventReport"/> and reads it back. One object a thread; allocates nothing.</summary>
public sealed class EventFrame
{
    /// <summary>The flag of a position in the world form.</summary>
    public const int WorldFlag = 8;

    /// <summary>The flag of the long form.</summary>
    public const int LongFlag = 4;

    /// <summary>The flags that are defined: all.</summary>
    public const int FlagsDefined = 15;

    /// <summary>Bytes of the short body: an SOS reaches as far as a live position, 24 B at SF10.</summary>
    public const int ShortBodyBytes = 13;

    /// <summary>Bytes of the long body.</summary>
    public const int LongBodyBytes = 18;

    /// <summary>Bytes of a sealed frame in the short form.</summary>
    public const int ShortBytes = FrameHeader.DurableBytes + ShortBodyBytes + FrameLimits.ShortTagBytes;

    /// <summary>Bytes of a sealed frame in the long form.</summary>
    public const int LongBytes = FrameHeader.DurableBytes + LongBodyBytes + FrameLimits.ShortTagBytes;

    private const int AgeMask = 3;
    private const int EventBits = 4;
    private const int PersonsBits = 6;
    private const int VesselsBits = 4;
    private const int ConfidenceBits = 2;
    private const int CodeBits = 6;
    private const int AreaReserveBits = 7;
    private const int DistanceBits = 12;
    private const int DistanceStepM = 10;
    private const int SogBits = 10;

    private readonly FieldWriter _writer = new FieldWriter();
    private readonly FieldReader _reader = new FieldReader();

    /// <summary>Bytes of the body with these flags.</summary>
    public static int BodyBytes(int flags)
    {
        return (flags & LongFlag) != 0 ? LongBodyBytes : ShortBodyBytes;
    }

    /// <summary>
    /// The flags for a report: the world form outside the area or without a position, the long form if there is a
    /// contact and a frame of <paramref name="frameBytesMax"/> bytes holds it.
    /// </summary>
    public static int FlagsFor(EventReport report, OperatingArea area, int frameBytesMax)
    {
        int flags = (int)report.PositionAge & AgeMask;
        if (!report.HasPosition || !area.Contains(report.LatitudeE5, report.LongitudeE5))
        {
            flags |= WorldFlag;
        }

        return report.HasContact && frameBytesMax >= LongBytes ? flags | LongFlag : flags;
    }

    /// <summary>
    /// Writes the body at <paramref name="offset"/>; its length is <see cref="BodyBytes"/>. More persons, vessels,
    /// distance or speed than a field holds become its "or more".
    /// </summary>
    /// <exception cref="System.ArgumentOutOfRangeException">
    /// A position off the globe (or off the area, without the world flag), a negative number, a course of no circle, or
    /// an enum's value that has no meaning.
    /// </exception>
    public void WriteBody(EventReport report, int flags, OperatingArea area, byte[] frame, int offset)
    {
        FieldWriter fields = _writer;
        fields.Reset(frame, offset, BodyBytes(flags));
        fields.Raw(FrameTime.FromUtcMs(report.UtcMs), FrameTime.Bits);
        if ((flags & WorldFlag) != 0)
        {
            PositionField.WriteInWorld(fields, report.LatitudeE5, report.LongitudeE5);
        }
        else
        {
            PositionField.WriteInArea(fields, area, report.LatitudeE5, report.LongitudeE5);
        }

        fields.Code((int)report.Kind, EventBits, (int)EventKind.Power);
        fields.Count(report.Persons, PersonsBits, 1);
        fields.Count(report.Vessels, VesselsBits, 1);
        fields.Code((int)report.Confidence, ConfidenceBits, (int)Confidence.High);
        fields.Code(report.Code, CodeBits, EventReport.CodeMax);
        fields.Raw(0, (flags & WorldFlag) != 0 ? 0 : AreaReserveBits);
        if ((flags & LongFlag) != 0)
        {
            fields.Degrees(report.ContactBearingDeg);
            fields.Count(report.ContactDistanceM, DistanceBits, DistanceStepM);
            fields.Degrees(report.ContactCogDeg);
            fields.Count(report.ContactSogDeciknots, SogBits, 1);
        }
    }

    /// <summary>Reads a body into <paramref name="report"/>, which is whole only if nothing was rejected.</summary>
    public FrameRejection ReadBody(
        int flags, OperatingArea area, byte[] body, int offset, int length, EventReport report)
    {
        FrameRejection rejection = FrameLimits.CheckBodyBytes(FrameKind.Event, flags, length);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        FieldReader fields = _reader;
        fields.Reset(body, offset, length);
        report.PositionAge = (PositionAge)(flags & AgeMask);
        report.UtcMs = FrameTime.ToUtcMs(fields.Raw(FrameTime.Bits));
        if ((flags & WorldFlag) != 0)
        {
            PositionField.ReadInWorld(fields, out report.LatitudeE5, out report.LongitudeE5);
        }
        else
        {
            PositionField.ReadInArea(fields, area, out report.LatitudeE5, out report.LongitudeE5);
        }

        report.Kind = (EventKind)fields.Code(EventBits, (int)EventKind.Power);
        report.Persons = fields.Count(PersonsBits, 1);
        report.Vessels = fields.Count(VesselsBits, 1);
        report.Confidence = (Confidence)fields.Code(ConfidenceBits, (int)Confidence.High);
        report.Code = fields.Code(CodeBits, EventReport.CodeMax);
        fields.Reserved((flags & WorldFlag) != 0 ? 0 : AreaReserveBits);
        report.ClearContact();
        if ((flags & LongFlag) != 0)
        {
            report.HasContact = true;
            report.ContactBearingDeg = fields.Degrees();
            report.ContactDistanceM = fields.Count(DistanceBits, DistanceStepM);
            report.ContactCogDeg = fields.Degrees();
            report.ContactSogDeciknots = fields.Count(SogBits, 1);
        }

        return fields.Valid ? FrameRejection.None : FrameRejection.FieldOutOfRange;
    }
}
