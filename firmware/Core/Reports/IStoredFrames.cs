using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.Reports;

/// <summary>Is told of each durable frame at once, so that an event need not wait for its turn in the record.</summary>
public interface IStoredFrames
{
    /// <summary>The frame is in the journal, and what it says survives a loss of power.</summary>
    /// <param name="frame">The sealed frame, from index 0; it is overwritten after the call.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="counter">Its counter, which rises from call to call.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="isSos">Whether it is an event of the kind <see cref="EventKind.Sos"/>, which its header does not tell.</param>
    void Stored(byte[] frame, int length, uint counter, FrameKind kind, bool isSos);
}
