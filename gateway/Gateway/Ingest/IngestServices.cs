using BoatTelemetry.Gateway.Ingest.Capture;
using BoatTelemetry.Gateway.Ingest.Cellular;
using BoatTelemetry.Gateway.Ingest.ChirpStack;
using BoatTelemetry.Gateway.Ingest.LoRaWan;
using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Ingest.TheThingsStack;
using BoatTelemetry.Gateway.Ingest.UnitMqtt;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>Makes the stages of the configured ingests.</summary>
internal static class IngestServices
{
    /// <summary>Records what all ingests receive, if that is configured. Before everything that the buffer serves.</summary>
    public static void AddCapture(this IServiceCollection services, IngestOptions ingests)
    {
        services.AddSingleton<CaptureMetrics>();
        if (ingests.Capture is not { } capture || ingests.Replay is not null)
            return;
        services.AddStage<CaptureRecorder>(capture);
        services.AddSingleton<ICapture>(provider => provider.GetRequiredService<CaptureRecorder>());
    }

    /// <summary>All ingests but the packet forwarder's.</summary>
    public static void AddIngests(this IServiceCollection services, IngestOptions ingests)
    {
        if (ingests.Replay is { } replay)
        {
            services.AddStage<ReplayIngest>(replay);
            return;
        }

        services.AddSingleton(MqttStack.Default);
        services.AddLoRaWan("ingest.chirpstack", ingests.ChirpStack, static options => new ChirpStackServer(options));
        services.AddLoRaWan("ingest.the_things_stack", ingests.TheThingsStack, static options => new TheThingsStackServer(options));
        services.AddSingleton<UnitMqttMetrics>();
        foreach (var server in ingests.UnitMqtt)
            services.AddIngest(provider => Make<UnitMqttIngest>(provider, server));
        services.AddSingleton<CellularMetrics>();
        if (ingests.Cellular is { } cellular)
            services.AddIngest(provider => Make<CellularIngest>(provider, cellular));
        services.AddSingleton<StreamMetrics>();
        foreach (var stream in ingests.Streams)
            services.AddIngest(provider => Make<StreamIngest>(provider, stream));
    }

    // Several servers of a kind count together, on instruments that are made with the first of them.
    private static void AddLoRaWan<T>(
        this IServiceCollection services, string prefix, IReadOnlyList<T> servers, Func<T, ILoRaWanServer> serverOf)
    {
        var metrics = Once(provider => new LoRaWanMetrics(provider.GetRequiredService<GatewayMetrics>(), prefix));
        foreach (var options in servers)
            services.AddIngest(provider => Make<LoRaWanIngest>(provider, serverOf(options), metrics(provider)));
    }

    private static T Make<T>(IServiceProvider provider, params object[] arguments) =>
        ActivatorUtilities.CreateInstance<T>(provider, arguments);

    // Several stages of one type: the container knows them by their place only, and each is one object under two types.
    private static void AddIngest<T>(this IServiceCollection services, Func<IServiceProvider, T> make)
        where T : class, IHostedService, IIngestState
    {
        var once = Once(make);
        services.AddSingleton<IHostedService>(once);
        services.AddSingleton<IIngestState>(once);
    }

    private static Func<IServiceProvider, T> Once<T>(Func<IServiceProvider, T> make)
        where T : class
    {
        T? made = null;
        return provider => made ??= make(provider);
    }
}
