using System.Collections.Concurrent;
using System.Net;
using System.Text;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The gateway's own process before a collector.</summary>
public sealed class OtlpTests
{
    // Of protobuf the strings are looked for: they stand in it as they are (opentelemetry-proto, metrics.proto and trace.proto).
    [Theory]
    [InlineData("http", "/v1/metrics", "/v1/traces")]
    [InlineData(
        "grpc",
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public async Task Gateway_WithACollector_SendsMetricsAndTraces(string protocol, string metrics, string traces)
    {
        await using var collector = await Collector.StartAsync(isGrpc: protocol == "grpc");
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        await File.WriteAllTextAsync(gateway.InFolder("headers"), "authorization=secret word\n");
        gateway.AddSection(
            $"\"otlp\": {{ \"endpoint\": \"http://127.0.0.1:{collector.Port}\", \"protocol\": \"{protocol}\", \"headersFile\": \"headers\", \"metricsIntervalS\": 1, \"traceOneIn\": 1 }}");
        await gateway.StartAsync();
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await concentrator.PushAsync([boat.FrameNow(1)]);

        await Eventually.TrueAsync(() => collector.Has(metrics, "admission.frames", "publish.behind", "boat-gateway", "service.instance.id"), "metrics");
        await Eventually.TrueAsync(() => collector.Has(metrics, "dotnet.gc."), "the runtime's metrics");
        await Eventually.TrueAsync(() => collector.Has(traces, "frame", "take in", "publish", "boat.unit"), "a trace");
        Assert.All(collector.Authorizations, authorization => Assert.Equal("secret word", authorization));
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task Gateway_WithACollectorThatIsAway_RunsAndStopsAllTheSame()
    {
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.AddSection("\"otlp\": { \"endpoint\": \"http://127.0.0.1:1\", \"metricsIntervalS\": 1, \"traceOneIn\": 1 }");
        await gateway.StartAsync();
        using var concentrator = new TestConcentrator(gateway.UdpPort);
        await concentrator.PushAsync([boat.FrameNow(1)]);
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
        Assert.DoesNotContain("[501]", gateway.Log, StringComparison.Ordinal);
    }

    private sealed class Collector(WebApplication web, bool isGrpc) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, string Body)> _requests = new();

        public ConcurrentQueue<string> Authorizations { get; } = new();

        public int Port => new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        public static async Task<Collector> StartAsync(bool isGrpc)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
                IPAddress.Loopback, 0, endpoint => endpoint.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
            var web = builder.Build();
            var collector = new Collector(web, isGrpc);
            web.Run(collector.TakeAsync);
            await web.StartAsync();
            return collector;
        }

        public bool Has(string path, params string[] strings) =>
            _requests.Any(request => request.Path == path && strings.All(text => request.Body.Contains(text, StringComparison.Ordinal)));

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            _requests.Enqueue((context.Request.Path.Value!, await reader.ReadToEndAsync()));
            Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
            if (!isGrpc)
                return;

            // An empty message, not compressed, and the status "OK" (gRPC over HTTP/2).
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
