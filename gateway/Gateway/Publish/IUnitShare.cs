namespace BoatTelemetry.Gateway.Publish;

/// <summary>Of several gateways, which one tells a unit's state. A gateway alone has none of this, and tells all.</summary>
internal interface IUnitShare
{
    /// <summary>Whether this one does, now. Any thread.</summary>
    bool Has(int unit);
}
