using System.Globalization;
using System.Text.Json.Nodes;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// One field of a body for <see cref="ReferencePacker"/>: how many bits, how a value of a vector becomes its code, and
/// what a code means.
/// </summary>
/// <param name="Name">The vectors' name of the value, null for reserved bits.</param>
/// <param name="Bits">Its width.</param>
/// <param name="Encode">From the vector's fields to the code.</param>
/// <param name="Decode">From the code to the value.</param>
public sealed record ReferenceField(
    string? Name, int Bits, Func<JsonObject, decimal> Encode, Func<decimal, JsonNode?> Decode);

/// <summary>
/// The bodies of docs/FRAME-SPEC.md, written down a second time and in another way than in Core, so that one can be
/// checked against the other. Nothing here comes from Core.
/// </summary>
public static class ReferenceLayout
{
    /// <summary>2010-01-01T00:00:00Z.</summary>
    private static readonly decimal EpochMs = new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>The status's uptime class of an unknown uptime.</summary>
    private const int UptimeClassUnknown = 15;

    /// <summary>The fields of a body, in order.</summary>
    public static IReadOnlyList<ReferenceField> Of(int kind, int flags, JsonObject fields, decimal originLatitude, decimal originLongitude)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return kind switch
        {
            1 => [.. Area(originLatitude, originLongitude), .. Live(), Reserved(1)],
            2 => [.. World(), .. Live(), Reserved(2)],
            5 => Event(flags, originLatitude, originLongitude),
            6 => [.. Status(), .. (flags & 8) != 0 ? StatusLong() : [], .. (flags & 4) != 0 ? Losses() : []],
            7 => fields.ContainsKey("selectiveBitmap")
                ? [Plain("baseCounter", 32), Plain("bitmap", 32), Plain("selectiveFirst", 32), Plain("selectiveBitmap", 32)]
                : [Plain("baseCounter", 32), Plain("bitmap", 32)],
            8 => Command((string)fields["kind"]!),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no fields of its own"),
        };
    }

    private static IReadOnlyList<ReferenceField> Live() =>
    [
        Plain("secondOfDay", 17),
        Amount("sogDeciknots", 10),
        Amount("cogDeg", 9),
        Names("quality", 2, "unknown", "autonomous", "corrected", "estimated"),
        Bit("onBattery"),
        Names("movement", 2, "unknown", "stationary", "underWay", "fast"),
        Bit("alarm"),
        Bit("backlogPending"),
    ];

    private static List<ReferenceField> Event(int flags, decimal originLatitude, decimal originLongitude)
    {
        var world = (flags & 8) != 0;
        List<ReferenceField> result =
        [
            Time(),
            .. world ? World() : Area(originLatitude, originLongitude),
            Names(
                "kind", 4, "sos", "manOverboard", "contactSighted", "boarding", "interception", "rescue", "tamper", "bilge",
                "geofence", "power"),
            Amount("persons", 6),
            Amount("vessels", 4),
            Names("confidence", 2, "unknown", "low", "medium", "high"),
            Plain("code", 6),
            Reserved(world ? 0 : 7),
        ];
        if ((flags & 4) != 0)
        {
            result.AddRange(
            [
                Amount("contactBearingDeg", 9), Amount("contactDistanceM", 12, step: 10), Amount("contactCogDeg", 9),
                Amount("contactSogDeciknots", 10),
            ]);
        }

        return result;
    }

    private static IReadOnlyList<ReferenceField> Status() =>
    [
        Time(),
        Amount("supplyMv", 8, step: 200),
        Amount("batteryMv", 7, zero: 2500, step: 20),
        Amount("oldestHeldBack", 16),
        Amount("backlog", 12),
        Amount("temperatureC", 7, zero: -40),
        Names("resetCause", 4, "unknown", "powerOn", "brownOut", "watchdog", "software", "crash", "deepSleep", "external"),
        Names("bilge", 2, "unknown", "dry", "water", "highWater"),
        Amount("satellites", 5),
        Faults("receiver", "radio", "modem", "environmentSensor", "powerSensor", "journal"),
        Bit("safeMode"),
        Bit("onBattery"),
        UptimeClass(),
    ];

    private static IReadOnlyList<ReferenceField> StatusLong() =>
    [
        Amount("humidityPercent", 7, last: 100),
        Amount("pressurePa", 11, zero: 85_000, step: 20, last: 2045),
        Amount("supplyCurrentMa", 11, zero: -10_220, step: 10, last: 2044),
        Amount("batteryCurrentMa", 11, zero: -10_220, step: 10, last: 2044),
        Amount("bilgeLevelCm", 8),
        Amount("engine1Rpm", 10, step: 10),
        Amount("engine2Rpm", 10, step: 10),
        Amount("engineDecihours", 20),
        Amount("hdopE1", 8),
        Amount("rssiDbm", 8, step: -1),
        Amount("snrCdb", 8, zero: -3200, step: 25),
        Amount("airtimePermille", 10, last: 1000),
        Amount("uptimeS", 28),
        Counter("liveCounter"),
        Amount("dropped", 16),
        Amount("fixesRefused", 16),
        Amount("freeMemoryKib", 10),
        Amount("firmwareVersion", 24),
        Counter("lastCommand"),
        Names("commandResult", 4, "none", "done", "refusedNotUnderstood", "refusedOutOfRange", "refusedExpired", "failed"),
        Amount("boardTemperatureC", 8, zero: -40),
        Reserved(4),
    ];

    private static IReadOnlyList<ReferenceField> Losses() =>
        [Amount("framesDamaged", 16), Amount("sosDropped", 12), Amount("eventsLost", 12), Amount("fixesLost", 24)];

    private static IReadOnlyList<ReferenceField> Command(string command)
    {
        string[] names = ["-", "reportInterval", "statusRequest", "backlogRange", "sosAcknowledged", "keyChange"];
        IReadOnlyList<ReferenceField> own = command switch
        {
            "reportInterval" => [Plain("liveIntervalS", 16), Plain("trackIntervalS", 8), Plain("durationMin", 16)],
            "statusRequest" => [Bit("longStatus"), Reserved(7)],
            "backlogRange" => [Plain("fromCounter", 32), Plain("toCounter", 32)],
            "sosAcknowledged" => [Plain("eventCounter", 32), Plain("sosCode", 8)],
            "keyChange" => [.. Enumerable.Range(0, 16).Select(KeyByte)],
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "no such command"),
        };
        return [Names("kind", 4, names), Expiry(), .. own];
    }

    private static ReferenceField Reserved(int bits) => new(null, bits, _ => 0, _ => null);

    private static ReferenceField Plain(string name, int bits) => new(name, bits, fields => (decimal)fields[name]!, code => JsonValue.Create(code));

    private static ReferenceField Bit(string name) => new(name, 1, fields => (bool)fields[name]! ? 1 : 0, code => JsonValue.Create(code == 1));

    private static ReferenceField Counter(string name) => new(
        name, 32, fields => fields[name] is { } value ? (decimal)value : AllOnes(32), code => code == AllOnes(32) ? null : JsonValue.Create(code));

    private static ReferenceField Names(string name, int bits, params string[] names) => new(
        name, bits, fields => Array.IndexOf(names, (string)fields[name]!), code => JsonValue.Create(names[(int)code]));

    /// <summary>zero + step x code, nearest, halves towards the higher code; all ones is unknown (null).</summary>
    private static ReferenceField Amount(string name, int bits, decimal zero = 0, decimal step = 1, decimal? last = null)
    {
        var lastCode = last ?? (AllOnes(bits) - 1);
        return new(
            name,
            bits,
            fields => fields[name] is { } value
                ? Math.Clamp(Math.Floor((((decimal)value - zero) / step) + 0.5m), 0, lastCode)
                : AllOnes(bits),
            code => code == AllOnes(bits) ? null : JsonValue.Create(zero + (step * code)));
    }

    private static ReferenceField Time() => new(
        "utcMs",
        31,
        fields => fields["utcMs"] is { } ms && (decimal)ms >= EpochMs && ((decimal)ms - EpochMs) / 1000 < AllOnes(31)
            ? Math.Floor(((decimal)ms - EpochMs) / 1000)
            : AllOnes(31),
        code => code == AllOnes(31) ? null : JsonValue.Create(EpochMs + (1000 * code)));

    private static ReferenceField Expiry() => new(
        "expiryUtcMs",
        28,
        fields => fields["expiryUtcMs"] is { } ms ? Math.Ceiling(((decimal)ms - EpochMs) / 8000) : AllOnes(28),
        code => code == AllOnes(28) ? null : JsonValue.Create(EpochMs + (8000 * code)));

    private static ReferenceField[] Area(decimal originLatitude, decimal originLongitude) =>
    [
        new("latitudeE5", 21, fields => (decimal)fields["latitudeE5"]! - originLatitude, code => JsonValue.Create(originLatitude + code)),
        new(
            "longitudeE5",
            23,
            fields => ((decimal)fields["longitudeE5"]! - originLongitude + 72_000_000m) % 36_000_000m,
            code => JsonValue.Create(((originLongitude + code + 54_000_000m) % 36_000_000m) - 18_000_000m)),
    ];

    private static ReferenceField[] World() =>
    [
        new(
            "latitudeE5",
            25,
            fields => fields["latitudeE5"] is { } value ? (decimal)value + 9_000_000m : AllOnes(25),
            code => code == AllOnes(25) ? null : JsonValue.Create(code - 9_000_000m)),
        new(
            "longitudeE5",
            26,
            fields => fields["longitudeE5"] is { } value ? ((decimal)value + 18_000_000m) % 36_000_000m : AllOnes(26),
            code => code == AllOnes(26) ? null : JsonValue.Create(code - 18_000_000m)),
    ];

    private static ReferenceField Faults(params string[] names) => new(
        "faults",
        names.Length,
        fields => Convert.ToInt32(
            string.Concat(names.Select(name => fields["faults"]!.AsArray().Any(fault => (string)fault! == name) ? '1' : '0')), 2),
        code =>
        {
            var bits = Convert.ToString((int)code, 2).PadLeft(names.Length, '0');
            return new JsonArray([.. names.Where((_, i) => bits[i] == '1').Select(name => JsonValue.Create(name))]);
        });

    private static ReferenceField UptimeClass() => new(
        "uptimeS",
        4,
        fields => fields["uptimeS"] is { } value ? Math.Min(14, BinaryDigits(Math.Floor((decimal)value / 60))) : UptimeClassUnknown,
        code => code == UptimeClassUnknown ? null : JsonValue.Create(code == 0 ? 0m : 60m * (decimal)Math.Pow(2, (double)code - 1)));

    private static ReferenceField KeyByte(int index) => new(
        "key",
        8,
        fields => int.Parse(((string)fields["key"]!).AsSpan(2 * index, 2), NumberStyles.HexNumber),
        code => JsonValue.Create(((int)code).ToString("X2")));

    private static decimal BinaryDigits(decimal value) => value == 0 ? 0 : Convert.ToString((long)value, 2).Length;

    private static decimal AllOnes(int bits) => (decimal)Math.Pow(2, bits) - 1;
}
