namespace BoatTelemetry.Core.Security;

/// <summary>
/// A frame in hand, to be opened under an assumed counter. A window asks it, so that windows know neither keys nor
/// layouts, and one object serves every frame without an allocation.
/// </summary>
public interface IFrameOpener
{
    /// <summary>Whether the tag fits under this counter.</summary>
    bool Opens(uint counter);
}
