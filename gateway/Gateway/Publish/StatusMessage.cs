using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>What a status's message says beside what all messages of frames say: docs/schemas/status.schema.json.</summary>
internal static class StatusMessage
{
    /// <summary>What the payload is, and in which version.</summary>
    public const string Schema = "patrol/v1/status";

    private static readonly (UnitFaults Fault, string Word)[] _faults =
    [
        (UnitFaults.Receiver, "receiver"),
        (UnitFaults.Radio, "radio"),
        (UnitFaults.Modem, "modem"),
        (UnitFaults.EnvironmentSensor, "environment_sensor"),
        (UnitFaults.PowerSensor, "power_sensor"),
        (UnitFaults.Journal, "journal"),
    ];

    public static void Write(Utf8JsonWriter json, StatusReport report)
    {
        json.WriteString("form"u8, report.IsLong ? "long"u8 : "short"u8);
        json.Known("supply_mv"u8, report.SupplyMv);
        json.Known("battery_mv"u8, report.BatteryMv);
        json.Known("oldest_held_back"u8, report.OldestHeldBack);
        json.Known("backlog_frames"u8, report.Backlog);
        json.Known("temperature_c"u8, report.TemperatureC);
        json.Known("reset_cause"u8, MessageWords.Of(report.ResetCause));
        json.Known("bilge"u8, MessageWords.Of(report.Bilge));
        json.Known("satellites"u8, report.Satellites);
        json.WriteStartArray("faults"u8);
        foreach (var (fault, word) in _faults)
        {
            if ((report.Faults & fault) != UnitFaults.None)
                json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteBoolean("safe_mode"u8, report.SafeMode);
        json.WriteBoolean("on_battery"u8, report.OnBattery);

        // The short form tells a power of two: the least that it can have been.
        json.Known(report.IsLong ? "uptime_s"u8 : "uptime_least_s"u8, report.UptimeS);
        if (report.IsLong)
            WriteLong(json, report);
        if (report.HasLosses)
        {
            json.Known("frames_damaged"u8, report.FramesDamaged);
            json.Known("sos_dropped"u8, report.SosDropped);
            json.Known("events_lost"u8, report.EventsLost);
            json.Known("fixes_lost"u8, report.FixesLost);
        }
    }

    private static void WriteLong(Utf8JsonWriter json, StatusReport report)
    {
        json.Known("humidity_percent"u8, report.HumidityPercent);
        json.Known("pressure_pa"u8, report.PressurePa);
        json.Known("supply_current_ma"u8, report.SupplyCurrentMa);
        json.Known("battery_current_ma"u8, report.BatteryCurrentMa);
        json.Known("bilge_level_cm"u8, report.BilgeLevelCm);
        json.Known("engine1_rpm"u8, report.Engine1Rpm);
        json.Known("engine2_rpm"u8, report.Engine2Rpm);
        json.Known("engine_h"u8, report.EngineDecihours, 1);
        json.Known("hdop"u8, report.HdopE1, 1);
        json.Known("downlink_rssi_dbm"u8, report.RssiDbm);
        json.Known("downlink_snr_db"u8, report.SnrCdb, 2);
        json.Known("airtime_permille"u8, report.AirtimePermille);
        WriteCounter(json, "next_live_counter"u8, report.LiveCounter);
        json.Known("dropped_frames"u8, report.Dropped);
        json.Known("fixes_refused"u8, report.FixesRefused);
        json.Known("free_memory_kib"u8, report.FreeMemoryKib);
        if (report.FirmwareVersion != Fix.Unknown)
            json.WriteString("firmware"u8, Version(report.FirmwareVersion));
        WriteCounter(json, "last_command_counter"u8, report.LastCommand);
        json.Known("command_result"u8, MessageWords.Of(report.CommandResult));
        json.Known("board_temperature_c"u8, report.BoardTemperatureC);
    }

    private static void WriteCounter(Utf8JsonWriter json, ReadOnlySpan<byte> name, uint counter)
    {
        if (counter != StatusReport.NoCounter)
            json.WriteNumber(name, counter);
    }

    private static string Version(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version >> 16}.{(version >> 8) & 0xFF}.{version & 0xFF}");
}
