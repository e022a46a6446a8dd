namespace BoatTelemetry.Core;

/// <summary>What this build of the firmware is. Changed by hand with each release, together with CHANGELOG.md.</summary>
public static class FirmwareRelease
{
    /// <summary>The release's version.</summary>
    public const string Version = "0.1.0";

    /// <summary>The same as a status frame has it: major, minor and patch in 8 bits each.</summary>
    public const int Packed = (0 << 16) | (1 << 8) | 0;

    /// <summary>
    /// Day of the release, 2026-11-23, in days since 1970-01-01. No unit can receive a fix from before its firmware
    /// was made, so an earlier date is a receiver's week-number rollover or its factory default.
    /// </summary>
    public const int DayNumber = 20_780;
}
