using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Something happened at sea. Numbers and places only: no name, nationality or free text has a field here, and
/// docs/FRAME-SPEC.md says why. Made once and filled again for each event.
/// </summary>
public sealed class EventReport
{
    /// <summary>The largest number of persons that a frame tells; more is told as this.</summary>
    public const int PersonsMax = 62;

    /// <summary>The largest number of vessels that a frame tells; more is told as this.</summary>
    public const int VesselsMax = 14;

    /// <summary>The largest code of the crew.</summary>
    public const int CodeMax = 63;

    /// <summary>The largest distance that a frame tells; farther is told as this.</summary>
    public const int ContactDistanceMMax = 40_940;

    /// <summary>When: UTC, milliseconds since 1970-01-01, told in whole seconds; or <see cref="UtcTime.Unknown"/>.</summary>
    public long UtcMs;

    /// <summary>Own position when the event was raised, degrees x 10^5, or <see cref="Fix.Unknown"/>.</summary>
    public int LatitudeE5;

    /// <summary>Own position when the event was raised, degrees x 10^5, or <see cref="Fix.Unknown"/>.</summary>
    public int LongitudeE5;

    /// <summary>How old that position was then.</summary>
    public PositionAge PositionAge;

    /// <summary>What happened.</summary>
    public EventKind Kind;

    /// <summary>Number of persons, or <see cref="Fix.Unknown"/>.</summary>
    public int Persons;

    /// <summary>Number of vessels, or <see cref="Fix.Unknown"/>.</summary>
    public int Vessels;

    /// <summary>How sure the reporter is.</summary>
    public Confidence Confidence;

    /// <summary>The crew's own code, 1 to <see cref="CodeMax"/>, whose meaning is agreed ashore; 0 none.</summary>
    public int Code;

    /// <summary>Whether a contact's bearing, distance, course and speed are told, each of them known or not.</summary>
    public bool HasContact;

    /// <summary>Bearing of the contact, degrees from true north, 0 to 359, or <see cref="Fix.Unknown"/>.</summary>
    public int ContactBearingDeg;

    /// <summary>Distance of the contact, metres, told to the nearest 10; or <see cref="Fix.Unknown"/>.</summary>
    public int ContactDistanceM;

    /// <summary>Course of the contact, degrees from true north, 0 to 359, or <see cref="Fix.Unknown"/>.</summary>
    public int ContactCogDeg;

    /// <summary>Speed of the contact, tenths of a knot, or <see cref="Fix.Unknown"/>.</summary>
    public int ContactSogDeciknots;

    public EventReport()
    {
        Clear();
    }

    /// <summary>Whether the unit knew where it was.</summary>
    public bool HasPosition
    {
        get { return LatitudeE5 != Fix.Unknown && LongitudeE5 != Fix.Unknown; }
    }

    /// <summary>Makes everything unknown, and the event an SOS: the kind that nobody can afford to overlook.</summary>
    public void Clear()
    {
        UtcMs = UtcTime.Unknown;
        LatitudeE5 = Fix.Unknown;
        LongitudeE5 = Fix.Unknown;
        PositionAge = PositionAge.TenSeconds;
        Kind = EventKind.Sos;
        Persons = Fix.Unknown;
        Vessels = Fix.Unknown;
        Confidence = Confidence.Unknown;
        Code = 0;
        ClearContact();
    }

    /// <summary>Makes the report one without a contact.</summary>
    public void ClearContact()
    {
        HasContact = false;
        ContactBearingDeg = Fix.Unknown;
        ContactDistanceM = Fix.Unknown;
        ContactCogDeg = Fix.Unknown;
        ContactSogDeciknots = Fix.Unknown;
    }
}

/// <summary>What happened; four bits of an event.</summary>
public enum EventKind
{
    Sos = 0,
    ManOverboard = 1,
    ContactSighted = 2,
    Boarding = 3,
    Interception = 4,
    Rescue = 5,

    /// <summary>The enclosure was opened.</summary>
    Tamper = 6,

    /// <summary>Water in the bilge.</summary>
    Bilge = 7,

    /// <summary>A boundary was crossed.</summary>
    Geofence = 8,

    /// <summary>The boat's supply went, came back or is low.</summary>
    Power = 9,
}

/// <summary>How sure the reporter of an event is.</summary>
public enum Confidence
{
    Unknown = 0,
    Low = 1,
    Medium = 2,
    High = 3,
}

/// <summary>How old a position was when the event was raised: at most so much.</summary>
public enum PositionAge
{
    TenSeconds = 0,
    FiveMinutes = 1,
    OneHour = 2,
    Older = 3,
}
