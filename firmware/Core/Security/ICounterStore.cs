namespace BoatTelemetry.Core.Security;

/// <summary>Keeps, across any loss of power, up to where the numbers of one counter have been reserved.</summary>
public interface ICounterStore
{
    /// <summary>
    /// The first number that no earlier life of this unit can have used. False if the store cannot tell, after which no
    /// number may be used.
    /// </summary>
    bool TryLoad(out uint firstUnreserved);

    /// <summary>
    /// Makes durable that all numbers below <paramref name="firstUnreserved"/> may be used. Returns only when it is
    /// durable; false if it is not.
    /// </summary>
    bool TrySave(uint firstUnreserved);
}
