using System.CommandLine;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BoatTelemetry.Gateway;

/// <summary>The gateway's exit codes.</summary>
public enum ExitCode
{
    /// <summary>Stopped as asked, or the configuration is good.</summary>
    Ok = 0,

    /// <summary>The command line is wrong, or the gateway could not start: a port is taken, the journal cannot be opened.</summary>
    NotStarted = 1,

    /// <summary>The configuration is wrong; trying again without changing it is of no use.</summary>
    ConfigurationError = 2,

    /// <summary>A stage failed in a way that nobody foresaw; the log has it. Start it again.</summary>
    InternalError = 3,
}

/// <summary>The command line: run, and check-config.</summary>
internal static class GatewayCommands
{
    /// <summary>Carries the command line out and returns the <see cref="ExitCode"/>.</summary>
    public static Task<int> InvokeAsync(string[] args, Func<GatewayConfiguration, IHost> build)
    {
        var root = new RootCommand("Takes in the frames of boat units and publishes their positions on MQTT.");
        var config = ConfigOption();
        root.Options.Add(config);
        root.SetAction(async (parsed, _) => (int)await RunAsync(parsed.GetRequiredValue(config), build));

        var check = new Command("check-config", "Checks the configuration and the fleet file, and says everything that is wrong.");
        var checkedConfig = ConfigOption();
        check.Options.Add(checkedConfig);
        check.SetAction(parsed => (int)Check(parsed.GetRequiredValue(checkedConfig)));
        root.Subcommands.Add(check);

        // Signals are the host's: it stops in order.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Option<string> ConfigOption() =>
        new("--config") { Description = "The configuration file; see docs/gateway-config.md.", HelpName = "FILE", Required = true };

    private static ExitCode Check(string file)
    {
        if (Load(file) is not { } configuration)
            return ExitCode.ConfigurationError;
        Console.Out.WriteLine($"{file}: good, {configuration.Fleet.Units.Count} units");
        return ExitCode.Ok;
    }

    private static GatewayConfiguration? Load(string file)
    {
        List<ConfigurationError> errors = [];
        var configuration = GatewayConfigurationFile.Load(file, errors);
        foreach (var error in errors)
            Console.Error.WriteLine(error);
        if (configuration?.Fleet.Units.Count == 0)
            Console.Error.WriteLine($"{file}: warning: the fleet has no units; every frame will be rejected");
        return configuration;
    }

    private static async Task<ExitCode> RunAsync(string file, Func<GatewayConfiguration, IHost> build)
    {
        if (Load(file) is not { } configuration)
            return ExitCode.ConfigurationError;
        using var host = build(configuration);
        try
        {
            await host.StartAsync();
        }
        catch (MqttBrokerException e) when (configuration.Mqtt.Embedded is { } listen)
        {
            return await NotStartedAsync(host, new ListenException("mqtt.embedded.listen", listen, e));
        }
        catch (Exception e) when (e is ListenException or JournalException or ClusterException)
        {
            return await NotStartedAsync(host, e);
        }

        var forwarder = host.Services.GetRequiredService<PacketForwarderServer>();
        var mqtt = host.Services.GetRequiredService<MqttConnections>();
        await Console.Out.WriteLineAsync(
            $"gateway ready: packet-forwarder udp/{forwarder.LocalEndPoint}, mqtt {mqtt.Address} ({mqtt.Description})");
        await host.WaitForShutdownAsync();
        return host.Services.GetRequiredService<StageGuard>().HasFailed ? ExitCode.InternalError : ExitCode.Ok;
    }

    // The stages before the one that failed run already: they end in order, and not under their own feet.
    private static async Task<ExitCode> NotStartedAsync(IHost host, Exception reason)
    {
        await host.StopAsync();
        await Console.Error.WriteLineAsync($"not started: {reason.Message}");
        return ExitCode.NotStarted;
    }
}
