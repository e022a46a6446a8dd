using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>What the downlinks' thread is told.</summary>
internal enum DownlinkEventKind
{
    /// <summary>A unit is to be answered when its time has come.</summary>
    Answer = 0,

    /// <summary>A unit's status has told a command's result.</summary>
    Result,

    /// <summary>A unit uses its next key.</summary>
    KeyChanged,
}

/// <summary>An event for the downlinks' thread.</summary>
internal readonly record struct DownlinkEvent(
    DownlinkEventKind Kind, int Unit, long DueMs = 0, uint Counter = 0, CommandResult Result = CommandResult.None);
