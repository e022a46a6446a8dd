using BoatTelemetry.Gateway.Health;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>Sends metrics and traces to a collector (OTLP).</summary>
internal static class OtlpExport
{
    /// <summary>What the collector knows the gateway as.</summary>
    public const string ServiceName = "boat-gateway";

    // .NET's own: memory, collections, threads, exceptions (built into the runtime from .NET 9 on).
    private const string RuntimeMeter = "System.Runtime";

    // A collector that does not answer must not hold up the gateway's end.
    private const int TimeoutMs = 5_000;

    public static void AddOtlpExport(this IServiceCollection services, OtlpOptions options, string instance)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                ServiceName, serviceVersion: HealthServer.Version, serviceInstanceId: instance))
            .WithMetrics(metrics => metrics
                .AddMeter(GatewayMetrics.MeterName, RuntimeMeter)
                .AddOtlpExporter((exporter, reader) =>
                {
                    Set(exporter, options, "v1/metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = options.MetricsIntervalS * 1000;
                    reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = TimeoutMs;
                }))
            .WithTracing(traces => traces
                .AddSource(FrameTraces.SourceName)
                .SetSampler(new AlwaysOnSampler())
                .AddOtlpExporter(exporter => Set(exporter, options, "v1/traces")));
    }

    private static void Set(OtlpExporterOptions exporter, OtlpOptions options, string path)
    {
        exporter.Protocol = options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = options.IsGrpc ? options.Endpoint : new Uri(options.Endpoint, path);
        exporter.Headers = options.Headers;
        exporter.TimeoutMilliseconds = TimeoutMs;
    }
}
