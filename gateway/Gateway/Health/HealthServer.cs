using System.Buffers;
using System.Net;
using System.Text.Json;
using BoatTelemetry.Gateway.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway.Health;

/// <summary>
/// Tells over HTTP how the gateway is: <c>/healthz</c>, <c>/readyz</c>, <c>/status</c> and <c>/units</c>. It is the first stage to start and
/// the last to stop, so that a start that hangs and a stop that takes long can be seen. Everyone who reaches it is answered.
/// </summary>
public sealed class HealthServer(
    HealthOptions options, HealthCheckService checks, IUnitStatusSource units, TimeProvider time) : IHostedService, IAsyncDisposable
{
    // Named limits: those who ask are a supervisor, a probe and a person.
    private const int ConnectionsMax = 32;
    private const int RequestBytesMax = 8 * 1024;

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private WebApplication? _web;

    /// <summary>Where it listens; null if it is not configured, or has not started.</summary>
    public string? Address { get; private set; }

    /// <summary>The version of this program.</summary>
    public static string Version => typeof(HealthServer).Assembly.GetName().Version!.ToString(3);

    /// <inheritdoc/>
    /// <exception cref="ListenException">The port is taken, or the address is not this machine's.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Listen is not { } listen)
            return;
        _web = Build(listen);
        Map(_web);
        try
        {
            await _web.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new ListenException(HealthOptions.ListenKey, listen, e);
        }

        Address = _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _web?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static WebApplication Build(IPEndPoint listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestLineSize = RequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = RequestBytesMax;
            kestrel.Limits.MaxRequestBufferSize = RequestBytesMax * 2;
            kestrel.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    private void Map(WebApplication web)
    {
        web.UseRouting();
        web.MapGet("/healthz", context => AnswerAsync(context, HealthChecks.Live, static (_, _) => { }));
        web.MapGet("/readyz", context => AnswerAsync(context, HealthChecks.Ready, static (_, _) => { }));

        // It tells; whether the gateway is ready is said in it, and by its code as by /readyz.
        web.MapGet("/status", context => AnswerAsync(context, HealthChecks.Ready, WriteStatus));
        web.MapGet("/units", context => WriteAsync(
            context, StatusCodes.Status200OK, json => StatusJson.WriteUnits(json, units.Units(), time.GetUtcNow())));
    }

    private async Task AnswerAsync(HttpContext context, string tag, Action<Utf8JsonWriter, HealthReport> more)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), context.RequestAborted);
        var code = report.Status == HealthStatus.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, code, json =>
        {
            StatusJson.WriteChecks(json, report);
            more(json, report);
        });
    }

    private void WriteStatus(Utf8JsonWriter json, HealthReport report)
    {
        json.WriteString("version"u8, Version);
        json.WriteString("started"u8, StatusJson.Instant(_started));
        json.WriteNumber("up_s"u8, (long)(time.GetUtcNow() - _started).TotalSeconds);
        json.WriteStartObject("metrics"u8);
        foreach (var (name, value) in MetricsSnapshot.Take())
            json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, int code, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory);
    }

    // The gateway's own host listens to signals; this one ends when the gateway says.
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
