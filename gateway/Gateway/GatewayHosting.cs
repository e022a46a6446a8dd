using BoatTelemetry.Gateway.Configuration;
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

    /// <summary>Standard output carries the one line that tells readiness; everything else goes to standard error.</summary>
    public static void LogToStandardError(this ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information)

        // The host logs a failed start with its stack trace, though it throws the same exception, which is told in a line.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical)
        .AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.ColorBehavior = LoggerColorBehavior.Disabled;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        })
        .Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);

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
