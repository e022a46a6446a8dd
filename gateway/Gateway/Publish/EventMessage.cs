using System.Text.Json;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What an event's message says beside what all messages of frames say: docs/schemas/event.schema.json.</summary>
internal static class EventMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/event";

    private const int OneHourS = 3600;

    public static void Write(Utf8JsonWriter json, EventReport report)
    {
        json.WriteString("event"u8, MessageWords.Of(report.Kind));
        if (report.HasPosition)
            WritePosition(json, report);
        json.Known("persons"u8, report.Persons);
        json.Known("vessels"u8, report.Vessels);
        json.Known("confidence"u8, MessageWords.Of(report.Confidence));
        if (report.Code != 0)
            json.WriteNumber("code"u8, report.Code);
        if (report.HasContact)
            WriteContact(json, report);
    }

    private static void WritePosition(Utf8JsonWriter json, EventReport report)
    {
        json.Known("lat_deg"u8, report.LatitudeE5, 5);
        json.Known("lon_deg"u8, report.LongitudeE5, 5);
        if (report.PositionAge == PositionAge.Older)
            json.WriteNumber("position_age_least_s"u8, OneHourS);
        else
            json.WriteNumber("position_age_most_s"u8, MostS(report.PositionAge));
    }

    private static int MostS(PositionAge age) => age switch
    {
        PositionAge.TenSeconds => 10,
        PositionAge.FiveMinutes => 300,
        _ => OneHourS,
    };

    private static void WriteContact(Utf8JsonWriter json, EventReport report)
    {
        json.WriteStartObject("contact"u8);
        json.Known("bearing_deg"u8, report.ContactBearingDeg);
        json.Known("distance_m"u8, report.ContactDistanceM);
        json.Known("cog_deg"u8, report.ContactCogDeg);
        json.Known("sog_kn"u8, report.ContactSogDeciknots, 1);
        json.WriteEndObject();
    }
}
