using System;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Frames;

// Body of a live position, most significant bit first; encrypted. Steps of 1e-5 degree.
//
//                     area (88 bits)         world (96 bits)
//   latitude          21  north of origin    25  north of 90 S
//   longitude         23  east of origin     26  east of 180 W
//   second of day     17  0..86,399          17
//   SOG               10  0.1 kn, 1022 = 102.2 kn or more, 1023 unknown
//   COG                9  degree, 511 unknown
//   fix quality        2  FixQuality
//   on battery         1
//   movement           2  Movement
//   alarm              1
//   backlog pending    1
//   reserve            1  zero              2  zero

/// <summary>
/// The live position frame: packs a <see cref="LivePosition"/> behind its header and reads it back. One object a
/// thread; allocates nothing after construction.
/// </summary>
public sealed class LiveFrame
{
    /// <summary>Bytes of the body in the operating area: what a LoRaWAN uplink at SF10 holds under a 400 ms dwell limit.</summary>
    public const int AreaBodyBytes = 11;

    /// <summary>Bytes of the body anywhere in the world.</summary>
    public const int WorldBodyBytes = 12;

    /// <summary>Bytes of the tag of a live frame.</summary>
    public const int TagBytes = 4;

    /// <summary>Bytes of a sealed frame in the operating area: one LoRa symbol group less than 20 at SF10.</summary>
    public const int AreaBytes = FrameHeader.LiveBytes + AreaBodyBytes + TagBytes;

    /// <summary>Bytes of a sealed frame anywhere in the world.</summary>
    public const int WorldBytes = FrameHeader.LiveBytes + WorldBodyBytes + TagBytes;

    private const int SecondBits = 17;
    private const int SogBits = 10;
    private const int CogBits = 9;
    private const int QualityBits = 2;
    private const int MovementBits = 2;
    private const int AreaReserveBits = 1;
    private const int WorldReserveBits = 2;

    private const uint SogUnknown = 1023;
    private const uint CogUnknown = 511;

    private readonly OperatingArea _area;
    private readonly BitWriter _writer = new BitWriter();
    private readonly BitReader _reader = new BitReader();

    public LiveFrame(OperatingArea area)
    {
        _area = area;
    }

    /// <summary>The area whose origin goes into the associated data of an area frame.</summary>
    public OperatingArea Area
    {
        get { return _area; }
    }

    /// <summary>The kind that fits the position: the shorter one inside the operating area.</summary>
    public FrameKind KindFor(LivePosition position)
    {
        return KindFor(position, _area);
    }

    /// <summary>The kind that fits the position, the operating area being another than this object's.</summary>
    public static FrameKind KindFor(LivePosition position, OperatingArea area)
    {
        return area.Contains(position.LatitudeE5, position.LongitudeE5) ? FrameKind.LiveArea : FrameKind.LiveWorld;
    }

    /// <summary>Bytes of the body of a kind.</summary>
    public static int BodyBytes(FrameKind kind)
    {
        return kind == FrameKind.LiveArea ? AreaBodyBytes : WorldBodyBytes;
    }

    /// <summary>
    /// Writes the body of <paramref name="position"/> at <paramref name="offset"/>; its length is
    /// <see cref="BodyBytes"/> of the kind.
    /// </summary>
    public void WriteBody(LivePosition position, FrameKind kind, byte[] frame, int offset)
    {
        WriteBody(position, kind, _area, frame, offset);
    }

    /// <summary>Writes the body, the operating area being another than this object's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The position is not on the globe or, for the area's kind, not in the area; or another field does not fit.
    /// </exception>
    public void WriteBody(LivePosition position, FrameKind kind, OperatingArea area, byte[] frame, int offset)
    {
        if (!PositionField.IsOnGlobe(position.LatitudeE5, position.LongitudeE5))
        {
            throw new ArgumentOutOfRangeException(nameof(position));
        }

        bool inArea = kind == FrameKind.LiveArea;
        OperatingArea origin = inArea ? area : PositionField.World;
        BitWriter bits = _writer;
        bits.Reset(frame, offset, BodyBytes(kind));
        bits.Write((uint)origin.NorthE5(position.LatitudeE5), inArea ? OperatingArea.LatitudeBits : PositionField.WorldLatitudeBits);
        bits.Write((uint)origin.EastE5(position.LongitudeE5), inArea ? OperatingArea.LongitudeBits : PositionField.WorldLongitudeBits);
        bits.Write((uint)position.SecondOfDay, SecondBits);
        bits.Write(position.SogDeciknots == Fix.Unknown ? SogUnknown : (uint)position.SogDeciknots, SogBits);
        bits.Write(position.CogDeg == Fix.Unknown ? CogUnknown : (uint)position.CogDeg, CogBits);
        bits.Write((uint)position.Quality, QualityBits);
        bits.Write(position.OnBattery ? 1u : 0u, 1);
        bits.Write((uint)position.Movement, MovementBits);
        bits.Write(position.Alarm ? 1u : 0u, 1);
        bits.Write(position.BacklogPending ? 1u : 0u, 1);
        bits.Write(0, inArea ? AreaReserveBits : WorldReserveBits);
    }

    /// <summary>Reads a body into <paramref name="position"/>, which is whole only if nothing was rejected.</summary>
    public FrameRejection ReadBody(FrameKind kind, byte[] body, int offset, int length, LivePosition position)
    {
        return ReadBody(kind, _area, body, offset, length, position);
    }

    /// <summary>Reads a body, the operating area being another than this object's.</summary>
    public FrameRejection ReadBody(
        FrameKind kind, OperatingArea area, byte[] body, int offset, int length, LivePosition position)
    {
        if (length != BodyBytes(kind))
        {
            return length < BodyBytes(kind) ? FrameRejection.TooShort : FrameRejection.TooLong;
        }

        bool inArea = kind == FrameKind.LiveArea;
        OperatingArea origin = inArea ? area : PositionField.World;
        BitReader bits = _reader;
        bits.Reset(body, offset, length);
        position.LatitudeE5 = origin.LatitudeE5((int)bits.Read(inArea ? OperatingArea.LatitudeBits : PositionField.WorldLatitudeBits));
        uint east = bits.Read(inArea ? OperatingArea.LongitudeBits : PositionField.WorldLongitudeBits);
        position.LongitudeE5 = origin.LongitudeE5((int)east);
        position.SecondOfDay = (int)bits.Read(SecondBits);
        uint sog = bits.Read(SogBits);
        uint cog = bits.Read(CogBits);
        position.SogDeciknots = sog == SogUnknown ? Fix.Unknown : (int)sog;
        position.CogDeg = cog == CogUnknown ? Fix.Unknown : (int)cog;
        position.Quality = (FixQuality)bits.Read(QualityBits);
        position.OnBattery = bits.Read(1) == 1;
        position.Movement = (Movement)bits.Read(MovementBits);
        position.Alarm = bits.Read(1) == 1;
        position.BacklogPending = bits.Read(1) == 1;
        uint reserve = bits.Read(inArea ? AreaReserveBits : WorldReserveBits);

        // A tag that fits has vouched for these bits, so whatever is out of range here is a faulty encoder's.
        bool valid = reserve == 0
            && east < OperatingArea.CircleE5
            && position.LatitudeE5 <= PositionField.LatitudeMaxE5
            && position.SecondOfDay < 86_400
            && (cog < 360 || cog == CogUnknown);
        return valid ? FrameRejection.None : FrameRejection.FieldOutOfRange;
    }
}
