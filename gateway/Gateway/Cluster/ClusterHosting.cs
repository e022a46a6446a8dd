using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Cluster;

/// <summary>The stages of a gateway in a cluster, in the order of their start.</summary>
internal static class ClusterHosting
{
    /// <summary>Adds what stands before the admission: it begins behind the spool and stops before it. It asks for an <see cref="IClusterBroker"/>.</summary>
    public static void AddCluster(
        this IServiceCollection services,
        ClusterOptions options,
        Func<IServiceProvider, IJournal, IHostedService> makeOutlets)
    {
        services.AddSingleton(options);
        services.AddSingleton<ClusterMetrics>();
        services.AddSingleton(new ClusterDatabase(options.Connection));
        services.AddSingleton<DurableKnowledge>();
        services.AddSingleton<ICommitListener>(provider => provider.GetRequiredService<DurableKnowledge>());
        services.AddSingleton<IDurableKnowledge>(provider => provider.GetRequiredService<DurableKnowledge>());
        services.AddSingleton<CommandExchange>();
        services.AddSingleton<HeardExchange>();
        services.AddSingleton<IUnitShare>(provider => provider.GetRequiredService<HeardExchange>());
        services.AddSingleton(provider => new ClusterParts(
            provider.GetRequiredService<IJournal>(),
            provider.GetRequiredService<SpoolForwarder>(),
            provider.GetRequiredService<ClusterDatabase>(),
            provider.GetRequiredService<ClusterHead>(),
            provider.GetRequiredService<ShardLeases>(),
            provider.GetRequiredService<ClusterMetrics>()));

        // Leases first: they lay the tables, and know whether this gateway may take part at all.
        services.AddStage(provider => ActivatorUtilities.CreateInstance<ShardLeases>(provider));
        services.AddStage(provider => ActivatorUtilities.CreateInstance<PartitionKeeper>(provider));
        services.AddStage(provider => ActivatorUtilities.CreateInstance<ClusterHead>(provider));
        services.AddStage(provider => ActivatorUtilities.CreateInstance<ClusterExchange>(provider));
        services.AddStage(provider => new ClusterPublishing(
            provider.GetRequiredService<ClusterParts>(),
            journal => makeOutlets(provider, journal),
            provider.GetRequiredService<IClusterBroker>(),
            options,
            provider.GetRequiredService<StageGuard>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClusterPublishing>>()));
        services.AddStage(provider => ActivatorUtilities.CreateInstance<SpoolForwarder>(provider));
    }
}
