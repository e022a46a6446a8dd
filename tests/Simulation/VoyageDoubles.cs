using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Simulation;

/// <summary>
/// Where a test puts a double in the place of a part, to break an invariant on purpose. As it stands every part is the
/// unit's own.
/// </summary>
public class VoyageDoubles
{
    /// <summary>The gateway acknowledges what it has not committed.</summary>
    public virtual bool GatewayAcknowledgesBeforeCommit => false;

    /// <summary>The gateway publishes a frame as often as it comes.</summary>
    public virtual bool GatewayPublishesTwice => false;

    public virtual IFrameJournal Journal(IFrameJournal real) => real;

    public virtual ICounterStore Counters(ICounterStore real) => real;

    public virtual IFrameCipher Cipher(IFrameCipher real) => real;

    public virtual IUnitLink Link(IUnitLink real) => real;

    public virtual IStoredFrames Watch(LinkDispatcher real) => real;

    /// <summary>The power is back.</summary>
    public virtual void PowerOn(UnitStores stores)
    {
    }
}
