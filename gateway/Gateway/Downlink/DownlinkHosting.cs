using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>What answers units, and what it listens to.</summary>
internal static class DownlinkHosting
{
    /// <summary>To be added before the journal, which tells it of commits from its start on.</summary>
    public static void AddDownlinks(this IServiceCollection services, DownlinkOptions options)
    {
        services.AddSingleton(options);
        services.AddStage<DownlinkStore>(options.File);
        services.AddSingleton<DownlinkMetrics>();
        services.AddStage<CommandQueue>();
        services.AddStage<DownlinkWorker>();
        services.AddSingleton<ICommitListener>(provider => provider.GetRequiredService<DownlinkWorker>());
        services.AddSingleton<IUplinkListener>(provider => provider.GetRequiredService<DownlinkWorker>());
    }
}
