using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>
/// Is told of every reception of a genuine frame, the first, further and repeated ones: by which ways a unit is heard now,
/// and so when and by which it listens.
/// </summary>
public interface IUplinkListener
{
    /// <summary>Called on the admission's thread, before any commit. Returns at once.</summary>
    void Heard(int unit, FrameClass frameClass, uint counter, in Reception reception);
}
