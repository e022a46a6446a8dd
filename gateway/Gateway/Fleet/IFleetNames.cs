namespace BoatTelemetry.Gateway.Fleet;

/// <summary>A part of the configuration that names units or agencies, which the fleet file may have or not.</summary>
public interface IFleetNames
{
    /// <summary>What it names and this fleet does not have, for people; none if all is there.</summary>
    IEnumerable<string> NotIn(FleetRegistry fleet);
}
