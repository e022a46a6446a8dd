using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The fleet, and what keeps it as its file is.</summary>
internal static class FleetServices
{
    public static void AddFleet(this IServiceCollection services, FleetRegistry fleet, FleetOptions options)
    {
        services.AddSingleton(new FleetSource(fleet));
        services.AddSingleton(options);
        services.AddStage<FleetReloader>();
    }
}
