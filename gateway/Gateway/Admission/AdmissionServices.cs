using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>What the admission is made of, and what it tells others.</summary>
internal static class AdmissionServices
{
    public static void AddAdmission(this IServiceCollection services, AdmissionOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new UnitClocks(options.ClockSkewMaxS));
        services.AddSingleton<IUnitClockSkew>(provider => provider.GetRequiredService<UnitClocks>());
        services.AddStage<AdmissionWorker>();
    }
}
