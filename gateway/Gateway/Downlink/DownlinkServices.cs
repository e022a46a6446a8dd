using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>Makes the stages of the way back.</summary>
internal static class DownlinkServices
{
    /// <summary>What is remembered, the commands, and what answers. Before the journal, whose commits begin the answers.</summary>
    public static void AddDownlinks(this IServiceCollection services, DownlinkOptions downlink)
    {
        services.AddSingleton(downlink);
        services.AddSingleton<DownlinkMetrics>();
        services.AddStage<DownlinkStore>(downlink.File);
        services.AddStage<CommandQueue>();
        services.AddStage<DownlinkWorker>();
        services.AddSingleton<ICommitListener>(provider => provider.GetRequiredService<DownlinkWorker>());
        services.AddSingleton<IUplinkListener>(provider => provider.GetRequiredService<DownlinkWorker>());
    }
}
