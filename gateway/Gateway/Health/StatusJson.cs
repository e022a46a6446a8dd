using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Gateway.Ingest;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BoatTelemetry.Gateway.Health;

/// <summary>What the health endpoint's bodies look like; docs/operations.md has their keys.</summary>
internal static class StatusJson
{
    public static void WriteChecks(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteBoolean("ok"u8, report.Status == HealthStatus.Healthy);
        json.WriteStartArray("checks"u8);
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject();
            json.WriteString("check"u8, name);
            json.WriteBoolean("ok"u8, entry.Status == HealthStatus.Healthy);
            json.WriteString("detail"u8, entry.Description ?? entry.Exception?.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteUnits(Utf8JsonWriter json, IReadOnlyList<UnitStatus> units, DateTimeOffset now)
    {
        json.WriteStartArray("units"u8);
        foreach (var unit in units)
        {
            json.WriteStartObject();
            json.WriteNumber("unit"u8, unit.Unit);
            json.WriteString("agency"u8, unit.Agency);
            json.WriteString("name"u8, unit.Name);
            if (unit.LastHeardUtcMs is { } heardUtcMs)
            {
                json.WriteString("last_heard"u8, Instant(DateTimeOffset.FromUnixTimeMilliseconds(heardUtcMs)));
                json.WriteNumber("age_s"u8, Math.Max(0, (now.ToUnixTimeMilliseconds() - heardUtcMs) / 1000));
            }

            if (unit.Reception is { } reception)
                WriteReception(json, reception);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static string Instant(DateTimeOffset instant) =>
        instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteReception(Utf8JsonWriter json, in Reception reception)
    {
        json.WriteString("link"u8, reception.Link.ToString().ToLowerInvariant());
        if (reception.Concentrator != 0)
            json.WriteString("concentrator"u8, reception.Concentrator.ToString("x16", CultureInfo.InvariantCulture));
        if (reception.RssiDbm != Reception.Unknown)
            json.WriteNumber("rssi_dbm"u8, reception.RssiDbm);
        if (reception.SnrDecibelE1 != Reception.Unknown)
            json.WriteNumber("snr_db"u8, reception.SnrDecibelE1 / 10m);
    }
}
