using System.Globalization;
using System.Text.Json.Nodes;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Decoders.Tests;

/// <summary>
/// The fields of a vector (Core's names, integers, null for unknown) as the decoders say them: unit in the key, decimal
/// fractions, words with underscores, unknown left out. docs/decoders.md has the table of names.
/// </summary>
internal static class DecoderFields
{
    // Vector's name, decoder's name, divisor.
    private static readonly (string From, string To, double Per)[] _numbers =
    [
        ("latitudeE5", "lat_deg", 1e5), ("longitudeE5", "lon_deg", 1e5), ("sogDeciknots", "sog_kn", 10), ("cogDeg", "cog_deg", 1),
        ("persons", "persons", 1), ("vessels", "vessels", 1), ("code", "code", 1),
        ("contactBearingDeg", "contact_bearing_deg", 1), ("contactDistanceM", "contact_distance_m", 1),
        ("contactCogDeg", "contact_cog_deg", 1), ("contactSogDeciknots", "contact_sog_kn", 10),
        ("supplyMv", "supply_v", 1000), ("batteryMv", "battery_v", 1000), ("oldestHeldBack", "oldest_held_back", 1),
        ("backlog", "backlog", 1), ("temperatureC", "temperature_c", 1), ("satellites", "satellites", 1), ("uptimeS", "uptime_s", 1),
        ("humidityPercent", "humidity_pct", 1), ("pressurePa", "pressure_hpa", 100), ("supplyCurrentMa", "supply_current_a", 1000),
        ("batteryCurrentMa", "battery_current_a", 1000), ("bilgeLevelCm", "bilge_level_cm", 1), ("engine1Rpm", "engine_1_rpm", 1),
        ("engine2Rpm", "engine_2_rpm", 1), ("engineDecihours", "engine_hours_h", 10), ("hdopE1", "hdop", 10),
        ("rssiDbm", "rssi_dbm", 1), ("snrCdb", "snr_db", 100), ("airtimePermille", "airtime_permille", 1),
        ("liveCounter", "live_counter", 1), ("dropped", "dropped", 1), ("fixesRefused", "fixes_refused", 1),
        ("freeMemoryKib", "free_memory_kib", 1), ("lastCommand", "last_command", 1), ("boardTemperatureC", "board_temperature_c", 1),
        ("framesDamaged", "frames_damaged", 1), ("sosDropped", "sos_dropped", 1), ("eventsLost", "events_lost", 1),
        ("fixesLost", "fixes_lost", 1), ("baseCounter", "base_counter", 1), ("bitmap", "bitmap", 1), ("selectiveFirst", "selective_first", 1),
        ("selectiveBitmap", "selective_bitmap", 1), ("liveIntervalS", "live_interval_s", 1),
        ("trackIntervalS", "track_interval_s", 1), ("durationMin", "duration_min", 1), ("fromCounter", "from_counter", 1),
        ("toCounter", "to_counter", 1), ("eventCounter", "event_counter", 1), ("sosCode", "sos_code", 1),
    ];

    // Words; where one says that nothing is known, it is left out.
    private static readonly (string From, string To, string? LeftOut)[] _words =
    [
        ("quality", "quality", "unknown"), ("movement", "movement", "unknown"), ("confidence", "confidence", "unknown"),
        ("resetCause", "reset_cause", "unknown"), ("bilge", "bilge", "unknown"), ("commandResult", "command_result", "none"),
    ];

    private static readonly (string From, string To)[] _flags =
    [
        ("onBattery", "on_battery"), ("alarm", "alarm"), ("backlogPending", "backlog_pending"), ("safeMode", "safe_mode"),
        ("longStatus", "long_status"),
    ];

    private static readonly string[] _commandFields =
        ["liveIntervalS", "trackIntervalS", "durationMin", "longStatus", "fromCounter", "toCounter", "eventCounter", "sosCode", "key"];

    /// <summary>The data of a decoded body; <paramref name="counter"/> is null for the live kinds of LoRaWAN.</summary>
    public static JsonObject Data(int kind, int flags, uint? counter, JsonObject fields)
    {
        fields = OwnFields(kind, flags, fields);
        var data = new JsonObject { ["kind"] = KindName(kind) };
        if (counter is { } number)
            data["counter"] = number;
        AddTimes(data, fields);
        foreach (var (from, to, per) in _numbers)
        {
            if (fields[from] is { } value)
                data[to] = per == 1 ? value.GetValue<long>() : value.GetValue<long>() / per;
        }

        foreach (var (from, to, leftOut) in _words)
        {
            if (fields[from] is { } word && (string)word! != leftOut)
                data[to] = Snake((string)word!);
        }

        foreach (var (from, to) in _flags)
        {
            if (fields[from] is { } flag)
                data[to] = (bool)flag!;
        }

        AddKindsOwn(data, kind, flags, fields);
        return data;
    }

    public static string KindName(int kind) =>
        kind switch { 1 or 2 => "position", 3 => "track", 4 => "sketch", 5 => "event", 6 => "status", 7 => "acknowledgement", _ => "command" };

    public static string Time(long utcMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(utcMs).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Snake(string camel) =>
        string.Concat(camel.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : $"{c}"));

    // A report object of Core has all fields of its kind; a body only those of its form and command.
    private static JsonObject OwnFields(int kind, int flags, JsonObject fields)
    {
        var own = fields.DeepClone().AsObject();
        if (kind == 8)
        {
            string[] kept = (string)own["kind"]! switch
            {
                "reportInterval" => ["liveIntervalS", "trackIntervalS", "durationMin"],
                "statusRequest" => ["longStatus"],
                "backlogRange" => ["fromCounter", "toCounter"],
                "sosAcknowledged" => ["eventCounter", "sosCode"],
                _ => ["key"],
            };
            foreach (var name in _commandFields.Except(kept))
                own.Remove(name);
        }

        if (kind == 6 && (flags & 4) == 0)
        {
            foreach (var name in new[] { "framesDamaged", "sosDropped", "eventsLost", "fixesLost" })
                own.Remove(name);
        }

        if (kind == 7 && own["selectiveBitmap"] is { } selective && (uint)selective == 0)
        {
            own.Remove("selectiveFirst");
            own.Remove("selectiveBitmap");
        }

        if (kind == 5 && (flags & 4) == 0)
        {
            foreach (var name in own.Select(f => f.Key).Where(n => n.StartsWith("contact", StringComparison.Ordinal)).ToList())
                own.Remove(name);
        }

        if (kind == 6 && (flags & 8) == 0)
        {
            string[] longOnly =
            [
                "humidityPercent", "pressurePa", "supplyCurrentMa", "batteryCurrentMa", "bilgeLevelCm", "engine1Rpm", "engine2Rpm",
                "engineDecihours", "hdopE1", "rssiDbm", "snrCdb", "airtimePermille", "liveCounter", "dropped", "fixesRefused",
                "freeMemoryKib", "firmwareVersion", "lastCommand", "commandResult", "boardTemperatureC",
            ];
            foreach (var name in longOnly)
                own.Remove(name);
        }

        return own;
    }

    private static void AddTimes(JsonObject data, JsonObject fields)
    {
        if (fields["secondOfDay"] is { } second)
            data["time_of_day"] = Time((long)second * 1000)[11..];
        if (fields["utcMs"] is { } utc)
            data["time"] = Time((long)utc);
        if (fields["expiryUtcMs"] is { } expiry)
            data["expiry"] = Time((long)expiry);
    }

    private static void AddKindsOwn(JsonObject data, int kind, int flags, JsonObject fields)
    {
        if (kind == 5)
        {
            data["event"] = Snake((string)fields["kind"]!);
            if (data["lat_deg"] is not null)
                data["position_age"] = new[] { "ten_seconds", "five_minutes", "one_hour", "older" }[flags & 3];
            if ((int)fields["code"]! == 0)
                data.Remove("code");
        }

        if (kind == 6)
        {
            data["faults"] = new JsonArray([.. fields["faults"]!.AsArray().Select(f => (JsonNode)Snake((string)f!))]);
            if (fields["firmwareVersion"] is { } firmware)
                data["firmware"] = $"{(int)firmware >> 16}.{((int)firmware >> 8) & 255}.{(int)firmware & 255}";
            if ((flags & 8) == 0 && data["uptime_s"] is { } uptime)
            {
                data.Remove("uptime_s");
                data["uptime_at_least_s"] = uptime;
            }
        }

        if (kind == 8)
        {
            data["command"] = Snake((string)fields["kind"]!);
            if (fields["key"] is { } key)
                data["key"] = (string)key!;
        }
    }
}
