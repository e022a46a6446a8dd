using System.Globalization;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using static BoatTelemetry.BoatCtl.Decode.BodyFields;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>
/// The fields of each body, in order. Core's codec packs and reads without a description that a program could ask, so the widths stand here
/// a second time; tests/BoatCtl.Tests/Decode holds them to Core by every golden vector and by random bodies, both ways.
/// </summary>
internal static class BodyLayout
{
    private const int LatitudeSpanE5 = 18_000_001;

    // PositionField, internal to Core.
    private const int WorldLatitudeBits = 25;
    private const int WorldLongitudeBits = 26;

    private static readonly OperatingArea _world = new(-9_000_000, -18_000_000);

    /// <summary>The fields of a body, or null for a command that is not defined.</summary>
    /// <param name="kind">Of the header.</param>
    /// <param name="flags">Of the header.</param>
    /// <param name="command">The command in the first four bits; for kind 8 alone.</param>
    /// <param name="bodyBytes">Tells the long acknowledgement from the short one.</param>
    /// <param name="area">That positions count from.</param>
    public static IReadOnlyList<BodyField>? Of(FrameKind kind, int flags, int command, int bodyBytes, OperatingArea area) => kind switch
    {
        FrameKind.LiveArea => [.. Area(area), .. Live(), Reserved(1)],
        FrameKind.LiveWorld => [.. World(hasUnknown: false), .. Live(), Reserved(2)],
        FrameKind.Event => Event(flags, area),
        FrameKind.Status =>
        [
            .. Status(),
            .. (flags & StatusFrame.LongFlag) != 0 ? StatusLong() : [],
            .. (flags & StatusFrame.LossesFlag) != 0 ? StatusLosses() : [],
        ],
        FrameKind.Acknowledgement => Acknowledgement(bodyBytes > AcknowledgementFrame.BodyBytes),
        FrameKind.Command => Command((CommandKind)command),
        FrameKind.Track => [.. BlockStart(), .. Track()],
        _ => [.. BlockStart(), .. Sketch()],
    };

    private static BodyField[] Area(OperatingArea area) =>
    [
        Coordinate(
            "lat", "latitudeE5", OperatingArea.LatitudeBits, Math.Min(1L << OperatingArea.LatitudeBits, 9_000_001L - area.OriginLatitudeE5), area.LatitudeE5, false),
        Coordinate("lon", "longitudeE5", OperatingArea.LongitudeBits, 1L << OperatingArea.LongitudeBits, area.LongitudeE5, false),
    ];

    private static BodyField[] World(bool hasUnknown) =>
    [
        Coordinate("lat", "latitudeE5", WorldLatitudeBits, LatitudeSpanE5, _world.LatitudeE5, hasUnknown),
        Coordinate("lon", "longitudeE5", WorldLongitudeBits, OperatingArea.CircleE5, _world.LongitudeE5, hasUnknown),
    ];

    private static BodyField[] Live() =>
    [
        new BodyField("second", 17, "secondOfDay")
        {
            Meaning = static code => TimeSpan.FromSeconds(code).ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture) + "Z of the day it was heard",
            Allows = static code => code < 86_400,
            Allowed = "0 to 86399",
        },
        Measure("sog", "sogDeciknots", 10, " kn", 10),
        Measure("cog", "cogDeg", 9, " degrees from true north", last: 359, ends: ' '),
        Names<FixQuality>("quality", "quality", 2),
        Flag("on_battery", "onBattery", "runs from its own battery", "runs from the boat's supply"),
        Names<Movement>("movement", "movement", 2),
        Flag("alarm", "alarm", "an alarm is active", "no alarm"),
        Flag("backlog", "backlogPending", "durable frames wait for their acknowledgement", "nothing waits"),
    ];

    private static List<BodyField> Event(int flags, OperatingArea area)
    {
        List<BodyField> fields =
        [
            Time(),
            .. (flags & EventFrame.WorldFlag) != 0 ? World(hasUnknown: true) : Area(area),
            Names<EventKind>("event", "kind", 4),
            Measure("persons", "persons", 6, ""),
            Measure("vessels", "vessels", 4, ""),
            Names<Confidence>("confidence", "confidence", 2),
            Plain("code", "code", 6, zero: "none"),
        ];
        if ((flags & EventFrame.WorldFlag) == 0)
            fields.Add(Reserved(7));
        if ((flags & EventFrame.LongFlag) != 0)
        {
            fields.Add(Measure("contact_bearing", "contactBearingDeg", 9, " degrees from true north", last: 359, ends: ' '));
            fields.Add(Measure("contact_distance", "contactDistanceM", 12, " m", step: 10));
            fields.Add(Measure("contact_cog", "contactCogDeg", 9, " degrees from true north", last: 359, ends: ' '));
            fields.Add(Measure("contact_sog", "contactSogDeciknots", 10, " kn", 10));
        }

        return fields;
    }

    private static BodyField[] Status() =>
    [
        Time(),
        Measure("supply", "supplyMv", 8, " V", 1000, step: 200),
        Measure("battery", "batteryMv", 7, " V", 1000, 2_500, 20),
        Measure("oldest_held", "oldestHeldBack", 16, " counters before this frame's"),
        Measure("backlog", "backlog", 12, " frames not acknowledged"),
        Measure("temperature", "temperatureC", 7, " C in the enclosure", zero: -40),
        Names<ResetCause>("reset_cause", "resetCause", 4),
        Names<BilgeState>("bilge", "bilge", 2),
        Measure("satellites", "satellites", 5, " satellites used"),
        new BodyField("faults", 6, "faults") { Value = static code => Faults(code), Meaning = static code => code == 0 ? "none" : string.Join(", ", Faults(code).Select(Words)) },
        Flag("safe_mode", "safeMode", "runs in safe mode", "not in safe mode"),
        Flag("on_battery", "onBattery", "runs from its own battery", "runs from the boat's supply"),
        new BodyField("uptime", 4, "uptimeS")
        {
            Value = static code => code == 15 ? null : LeastUptimeS(code),
            Meaning = static code => code == 0 ? "less than 1 min since start" : $"at least {LeastUptimeS(code) / 60} min since start",
        },
    ];

    private static BodyField[] StatusLong() =>
    [
        Measure("humidity", "humidityPercent", 7, " %", last: 100, ends: ' '),
        Measure("pressure", "pressurePa", 11, " hPa", 100, 85_000, 20, 2_045),
        Measure("supply_current", "supplyCurrentMa", 11, " A from the supply", 1000, -10_220, 10, 2_044),
        Measure("battery_current", "batteryCurrentMa", 11, " A into the battery", 1000, -10_220, 10, 2_044),
        Measure("bilge_level", "bilgeLevelCm", 8, " cm"),
        Measure("rpm_1", "engine1Rpm", 10, " revolutions a minute", step: 10),
        Measure("rpm_2", "engine2Rpm", 10, " revolutions a minute", step: 10),
        Measure("engine_hours", "engineDecihours", 20, " h", 10),
        Measure("hdop", "hdopE1", 8, "", 10),
        Measure("rssi", "rssiDbm", 8, " dBm of the last downlink", step: -1, ends: '-'),
        Measure("snr", "snrCdb", 8, " dB of the last downlink", 100, -3_200, 25),
        Measure("airtime", "airtimePermille", 10, " permille of the hour's legal air time", last: 1_000, ends: ' '),
        Measure("uptime_s", "uptimeS", 28, " s since start"),
        Counter("live_counter", "liveCounter"),
        Measure("dropped", "dropped", 16, " frames dropped since the key was made"),
        Measure("fixes_refused", "fixesRefused", 16, " fixes refused since start"),
        Measure("free_memory", "freeMemoryKib", 10, " KiB"),
        Measure("firmware", "firmwareVersion", 24, "") with { Meaning = static code => $"{code >> 16}.{(code >> 8) & 0xFF}.{code & 0xFF}" },
        Counter("last_command", "lastCommand"),
        Names<CommandResult>("command_result", "commandResult", 4),
        Measure("board_temperature", "boardTemperatureC", 8, " C of the electronics", zero: -40),
        Reserved(4),
    ];

    private static BodyField[] StatusLosses() =>
    [
        Measure("frames_damaged", "framesDamaged", 16, " durable frames lost by the flash since the journal was made"),
        Measure("sos_dropped", "sosDropped", 12, " calls for help dropped since the journal was made"),
        Measure("events_lost", "eventsLost", 12, " events that became no frame since start"),
        Measure("fixes_lost", "fixesLost", 24, " accepted fixes in no frame of the record since start"),
    ];

    private static BodyField[] Acknowledgement(bool isLong)
    {
        BodyField[] fields =
        [
            new BodyField("base", 32, "baseCounter") { Meaning = static code => $"durable counters below {code} have come" },
            new BodyField("bitmap", 32, "bitmap") { Meaning = static code => $"{uint.PopCount(code)} of the 32 counters behind the base have come, the highest bit is base + 1" },
        ];
        if (!isLong)
            return fields;
        return
        [
            .. fields,
            Plain("first", "selectiveFirst", 32),
            new BodyField("selective", 32, "selectiveBitmap")
            {
                Meaning = static code => $"{uint.PopCount(code)} of the 32 counters from first on have come, the highest bit is first",
                Allows = static code => code >> 31 == 1,
                Allowed = "the highest bit set",
            },
        ];
    }

    private static IReadOnlyList<BodyField>? Command(CommandKind command)
    {
        BodyField[]? own = command switch
        {
            CommandKind.ReportInterval =>
            [
                Plain("live_s", "liveIntervalS", 16, " s between live positions", "as configured"),
                Plain("track_s", "trackIntervalS", 8, " s between recorded fixes", "as configured"),
                Plain("duration_min", "durationMin", 16, " min", "as configured"),
            ],
            CommandKind.StatusRequest => [Flag("long", "longStatus", "the long form is asked for", "the short form is asked for"), Reserved(7)],
            CommandKind.BacklogRange => [Plain("from", "fromCounter", 32), Plain("to", "toCounter", 32)],
            CommandKind.SosAcknowledged => [Plain("event_counter", "eventCounter", 32), Plain("code", "sosCode", 8, zero: "none")],
            CommandKind.KeyChange => [Key()],
            _ => null,
        };
        return own is null ? null : [Names<CommandKind>("command", "kind", 4), Expiry(), .. own];
    }

    private static BodyField Expiry() => new("expiry", 28, "expiryUtcMs")
    {
        Value = static code => code == AllOnes(28) ? null : FrameTime.EpochMs + (code * 8_000L),
        Meaning = static code => Utc(FrameTime.EpochMs + (code * 8_000L)),
    };

    private static BodyField[] BlockStart() =>
    [
        new BodyField("start", 32, "startS") { Meaning = static code => Utc(code * 1000L) },
        Coordinate("latitude", "latitudeE5", WorldLatitudeBits, LatitudeSpanE5, _world.LatitudeE5, false),
        Coordinate("longitude", "longitudeE5", WorldLongitudeBits, OperatingArea.CircleE5, _world.LongitudeE5, false),
    ];

    private static BodyField[] Track() =>
    [
        new BodyField("count", 12, "fixes") { Meaning = static code => $"{code} fixes", Allows = static code => code > 0, Allowed = "1 to 4095" },
        new BodyField("interval", 7, "intervalS") { Value = static code => IntervalS(code), Meaning = static code => $"{IntervalS(code)} s between fixes" },
        Flag("speed", "withSpeed", "every fix carries speed and course", "fixes carry no speed"),
        Flag("minutes", "inMinutes", "positions begin in steps of 0.001 minute", "positions begin in steps of 1e-5 degree"),
    ];

    private static BodyField[] Sketch() =>
    [
        new BodyField("vertices", 6, "vertices") { Value = static code => code + 1L, Meaning = static code => $"{code} vertices after the first" },
        new BodyField("bound", 5, "boundM")
        {
            Meaning = static code => $"no fix was farther than {code} m",
            Allows = static code => code > 0,
            Allowed = "1 to 31",
        },
        Plain("east", "eastShift", 2, " doublings of the eastward step"),
    ];

    private static long IntervalS(uint code) => code < 64 ? code + 1 : (code - 62) * 60L;

    private static long LeastUptimeS(uint code) => code == 0 ? 0 : 60L << (int)(code - 1);

    // On air the first fault is the highest bit.
    private static string[] Faults(uint code) =>
    [
        .. Enum.GetValues<UnitFaults>().Where(fault => fault != UnitFaults.None && ((uint)fault & code) != 0)
            .OrderDescending().Select(fault => CamelCase(fault.ToString())),
    ];
}
