using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>The words of messages for the values of enums; null is unknown, and left out.</summary>
internal static class MessageWords
{
    public static string Of(UplinkLink link) => link switch
    {
        UplinkLink.Cellular => "cellular",
        UplinkLink.Wifi => "wifi",
        UplinkLink.Serial => "serial",
        _ => "lora",
    };

    public static string? Of(FixQuality quality) => quality switch
    {
        FixQuality.Autonomous => "autonomous",
        FixQuality.Corrected => "corrected",
        FixQuality.Estimated => "estimated",
        _ => null,
    };

    public static string? Of(Movement movement) => movement switch
    {
        Movement.Stationary => "stationary",
        Movement.UnderWay => "under_way",
        Movement.Fast => "fast",
        _ => null,
    };

    public static string Of(EventKind kind) => kind switch
    {
        EventKind.ManOverboard => "man_overboard",
        EventKind.ContactSighted => "contact_sighted",
        EventKind.Boarding => "boarding",
        EventKind.Interception => "interception",
        EventKind.Rescue => "rescue",
        EventKind.Tamper => "tamper",
        EventKind.Bilge => "bilge",
        EventKind.Geofence => "geofence",
        EventKind.Power => "power",
        _ => "sos",
    };

    public static string? Of(Confidence confidence) => confidence switch
    {
        Confidence.Low => "low",
        Confidence.Medium => "medium",
        Confidence.High => "high",
        _ => null,
    };

    public static string? Of(ResetCause cause) => cause switch
    {
        ResetCause.PowerOn => "power_on",
        ResetCause.BrownOut => "brown_out",
        ResetCause.Watchdog => "watchdog",
        ResetCause.Software => "software",
        ResetCause.Crash => "crash",
        ResetCause.DeepSleep => "deep_sleep",
        ResetCause.External => "external",
        _ => null,
    };

    public static string? Of(BilgeState bilge) => bilge switch
    {
        BilgeState.Dry => "dry",
        BilgeState.Water => "water",
        BilgeState.HighWater => "high_water",
        _ => null,
    };

    public static string? Of(CommandResult result) => result switch
    {
        CommandResult.Done => "done",
        CommandResult.RefusedNotUnderstood => "refused_not_understood",
        CommandResult.RefusedOutOfRange => "refused_out_of_range",
        CommandResult.RefusedExpired => "refused_expired",
        CommandResult.Failed => "failed",
        _ => null,
    };
}
