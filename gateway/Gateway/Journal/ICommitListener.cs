using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>Is told of every frame after its commit, in the journal's order; before that nothing may be acknowledged.</summary>
public interface ICommitListener
{
    /// <summary>
    /// Called on the journal's thread. Returns at once and keeps nothing of the datagram, which goes back to the buffer.
    /// </summary>
    /// <param name="datagram">The frame.</param>
    /// <param name="state">Its unit's state, committed with it.</param>
    /// <param name="isDuplicate">It is durable and was in the journal before: nothing was stored.</param>
    void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate);
}
