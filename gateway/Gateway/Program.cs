using BoatTelemetry.Gateway;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Health;
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
    builder.Logging.LogToStandardError(configuration.Log);
    services.BoundStop(configuration);

    services.AddObservability(configuration);
    services.AddFleet(configuration.Fleet, configuration.FleetSource);
    services.AddCapture(configuration.Ingests);
    services.AddSingleton(provider => new DatagramBuffer(
        configuration.QueueDatagramsMax, provider.GetService<ICapture>(), provider.GetRequiredService<GatewayMetrics>()));

    services.AddDownlinks(configuration.Downlink);
    services.AddStage<MqttConnections>(configuration.Mqtt, MqttStack.Default);
    services.AddStage<SqliteJournal>(configuration.Journal);
    services.AddSingleton<IJournal>(provider => provider.GetRequiredService<SqliteJournal>());
    services.AddStage<UnitsHeard>();
    services.AddSingleton<IUnitStatusSource>(provider => provider.GetRequiredService<UnitsHeard>());
    services.AddSingleton<IUplinkListener>(provider => provider.GetRequiredService<UnitsHeard>());
    services.AddPublishing(configuration);
    services.AddAdmission(configuration.Admission);
    if (configuration is { PacketForwarder: { } forwarder, Ingests.Replay: null })
        services.AddPacketForwarder(forwarder);
    services.AddIngests(configuration.Ingests);
    return builder.Build();
}
