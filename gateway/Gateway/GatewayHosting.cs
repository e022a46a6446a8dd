using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BoatTelemetry.Gateway;

/// <summary>How this process is hosted: its log, its end, its stages.</summary>
internal static class GatewayHosting
{
    // After the outlet's own bounded draining: the journal's last commit and its closing.
    private const int StopMarginS = 10;

    private const string JournalVariable = "JOURNAL_STREAM";
    private const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Standard output carries the one line that tells readiness; everything else goes to standard error.</summary>
    public static void LogToStandardError(this ILoggingBuilder logging, LogOptions options)
    {
        logging
            .SetMinimumLevel(options.Level)

            // The host logs a failed start with its stack trace, though it throws the same exception, which is told in a line.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical)

            // It says at every question of a probe what the probe is answered.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (options.IsJson)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat;
            });
            return;
        }

        // systemd.exec(5): set where the output goes to the journal, which has times of its own and takes each line's level from sd-daemon(3)'s mark.
        if (Environment.GetEnvironmentVariable(JournalVariable) is { Length: > 0 })
        {
            logging.AddSystemdConsole();
            return;
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = TimestampFormat + " ";
        });
    }

    /// <summary>Health, the service manager, and what is exported. The stages among it start first and so stop last.</summary>
    public static void AddObservability(this IServiceCollection services, GatewayConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<StageGuard>();
        services.AddGatewayHealth();
        services.AddStage<HealthServer>(configuration.Health);
        services.AddStage<ServiceNotifier>();
        services.AddStage<ProgressWatch>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<FrameTraces>(provider, configuration.Otlp?.TraceOneIn ?? 0));
        if (configuration.Otlp is not { } otlp)
            return;
        services.AddOtlpExport(otlp, configuration.Mqtt.ClientId);
        services.AddSingleton<ICommitListener>(provider => provider.GetRequiredService<FrameTraces>());
    }

    /// <summary>SIGTERM and SIGINT stop the stages in order, for no longer than this.</summary>
    public static void BoundStop(this IServiceCollection services, GatewayConfiguration configuration)
    {
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        services.Configure<HostOptions>(
            options => options.ShutdownTimeout = TimeSpan.FromSeconds(configuration.StopTimeoutS + StopMarginS));
    }

    /// <summary>A hosted service that others can ask for, too.</summary>
    public static void AddStage<T>(this IServiceCollection services, Func<IServiceProvider, T> make)
        where T : class, IHostedService
    {
        services.AddSingleton(make);
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<T>());
    }

    /// <summary>The same, its constructor called with these arguments and with services.</summary>
    public static void AddStage<T>(this IServiceCollection services, params object[] arguments)
        where T : class, IHostedService =>
        services.AddStage(provider => ActivatorUtilities.CreateInstance<T>(provider, arguments));
}
