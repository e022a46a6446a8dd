using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Puts the MQTT outlet together.</summary>
internal static class PublishServices
{
    /// <summary>Adds it behind the journal and the downlinks, and before the admission.</summary>
    public static void AddPublishing(this IServiceCollection services, GatewayConfiguration configuration)
    {
        services.AddSingleton<PublishMetrics>();
        services.AddSingleton(configuration.Publish);
        services.AddSingleton<IFleetNames>(configuration.Schedules);
        services.AddSingleton(new TopicCache(configuration.TopicRoot));
        services.AddSingleton(provider => new FrameMessages(
            provider.GetRequiredService<TopicCache>(), configuration.LiveMessageExpiryS, provider.GetService<IUnitClockSkew>()));
        services.AddSingleton(new GatewayStateMessage(configuration.TopicRoot, configuration.Mqtt.ClientId, TimeProvider.System));
        services.AddStage(provider => new UnitActivity(
            UnitActivity.FileOf(configuration.Journal.File),
            provider.GetRequiredService<IJournal>,
            provider.GetRequiredService<FleetSource>(),
            configuration.Schedules,
            provider.GetRequiredService<StageGuard>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<UnitActivity>>()));
        services.AddSingleton<ICommitListener>(provider => provider.GetRequiredService<UnitActivity>());
        services.AddSingleton<LinkQuality>();
        services.AddSingleton<IUplinkListener>(provider => provider.GetRequiredService<LinkQuality>());
        services.AddSingleton<IOutletCompanion, UnitStates>();
        services.AddSingleton<IOutletCompanion, UnitLinkReports>();
        services.AddSingleton<IOutletCompanion, CommandRequests>();
        services.AddSingleton<OutletState>();
        var stopTimeout = TimeSpan.FromSeconds(configuration.StopTimeoutS);
        if (configuration.Cluster is { } cluster)
        {
            services.AddSingleton<IClusterBroker, OutletBroker>();
            services.AddCluster(
                cluster, (provider, journal) => ActivatorUtilities.CreateInstance<JournalPublisher>(provider, journal, stopTimeout));
            return;
        }

        services.AddSingleton(new BrokerMark(configuration.TopicRoot, configuration.Mqtt.ClientId, TimeProvider.System));
        services.AddSingleton<IReceivedIndex>(provider => provider.GetRequiredService<SqliteJournal>());
        services.AddSingleton<BrokerMemory>();
        services.AddStage<JournalPublisher>(stopTimeout);
    }
}
