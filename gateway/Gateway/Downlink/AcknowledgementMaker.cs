using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>What an acknowledgement says, from a unit's committed state. The one place where that is decided.</summary>
internal static class AcknowledgementMaker
{
    /// <summary>
    /// Fills in what is settled. The state is that of a commit, so nothing is told that is not on the disk; a newer state only
    /// says more.
    /// </summary>
    public static void Fill(in DurableWindowState committed, Acknowledgement acknowledgement)
    {
        var window = committed.ToWindow();
        acknowledgement.BaseCounter = window.Base;
        acknowledgement.Bitmap = window.Bitmap;
    }
}
