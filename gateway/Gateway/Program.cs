using BoatTelemetry.Gateway;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

return await GatewayCommands.InvokeAsync(args, Build);

// Hosted services start in this order and stop in the reverse: the ingest ends first, then what it took in is admitted,
// committed and published, and the journal and the broker go last.
static IHost Build(GatewayConfiguration configuration)
{
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
    var services = builder.Services;
    builder.Logging.LogToStandardError();
    services.BoundStop(configuration);

    services.AddSingleton(TimeProvider.System);
    services.AddSingleton<GatewayMetrics>();
    services.AddSingleton<StageGuard>();
    services.AddSingleton(new FleetSource(configuration.Fleet));
    services.AddSingleton(new DatagramBuffer(configuration.QueueDatagramsMax));

    services.AddStage(_ => new MqttConnections(configuration.Mqtt, MqttStack.Default));
    services.AddStage<SqliteJournal>(configuration.Journal);
    services.AddSingleton<IJournal>(provider => provider.GetRequiredService<SqliteJournal>());
    services.AddSingleton(new PositionMessage(configuration.TopicRoot, configuration.LiveMessageExpiryS));
    services.AddSingleton(new GatewayStateMessage(configuration.TopicRoot, configuration.Mqtt.ClientId, TimeProvider.System));
    var stopTimeout = TimeSpan.FromSeconds(configuration.StopTimeoutS);
    if (configuration.Cluster is { } cluster)
    {
        services.AddCluster(
            cluster,
            (provider, journal) => ActivatorUtilities.CreateInstance<JournalPublisher>(provider, journal, stopTimeout),
            (provider, name, cancellation) => provider.GetRequiredService<MqttConnections>().EvictAsync(name, cancellation));
    }
    else
    {
        services.AddStage<JournalPublisher>(stopTimeout);
    }

    services.AddStage<AdmissionWorker>();
    services.AddStage<PacketForwarderServer>(configuration.PacketForwarderListen);
    return builder.Build();
}
