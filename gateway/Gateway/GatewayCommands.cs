using System.CommandLine;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.Capture;
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

    /// <summary>The gateway that was asked says that it is not ready.</summary>
    NotReady = 4,

    /// <summary>No gateway answers.</summary>
    NotReached = 5,
}

/// <summary>The command line: run, check-config, backup, status, units.</summary>
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
        root.Subcommands.Add(ReplayCommand.Make(ConfigOption(), (file, replay) => RunAsync(file, build, replay)));
        root.Subcommands.Add(Backup());
        root.Subcommands.Add(CheckJournal());
        root.Subcommands.Add(StatusCommands.Status());
        root.Subcommands.Add(StatusCommands.Units());
        root.Subcommands.Add(Fleet.FleetCommands.Create());

        // Signals are the host's: it stops in order.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Option<string> ConfigOption() =>
        new("--config") { Description = "The configuration file; see docs/gateway-config.md.", HelpName = "FILE", Required = true };

    private static Command Backup()
    {
        var config = ConfigOption();
        var to = new Option<string>("--to") { Description = "The file to write.", HelpName = "FILE", Required = true };
        var backup = new Command("backup", "Copies the journal, also of a gateway that runs.");
        backup.Options.Add(config);
        backup.Options.Add(to);
        backup.SetAction(parsed => (int)BackUp(parsed.GetRequiredValue(config), parsed.GetRequiredValue(to)));
        return backup;
    }

    private static Command CheckJournal()
    {
        var config = ConfigOption();
        var check = new Command("check-journal", "Reads the whole journal and says whether it contradicts itself, also of a gateway that runs.");
        check.Options.Add(config);
        check.SetAction(parsed => (int)CheckJournal(parsed.GetRequiredValue(config)));
        return check;
    }

    private static ExitCode CheckJournal(string file)
    {
        if (Load(file) is not { } configuration)
            return ExitCode.ConfigurationError;
        try
        {
            var result = JournalCheck.Run(configuration.Journal.File);
            Console.Out.WriteLine($"{configuration.Journal.File}: {result}");
            return result.Outcome == JournalCheckOutcome.Sound ? ExitCode.Ok : ExitCode.NotStarted;
        }
        catch (JournalException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.NotStarted;
        }
    }

    private static ExitCode BackUp(string file, string to)
    {
        if (Load(file) is not { } configuration)
            return ExitCode.ConfigurationError;
        try
        {
            var bytes = JournalBackup.Run(configuration.Journal.File, to);
            Console.Out.WriteLine($"{to}: {bytes} bytes");
            return ExitCode.Ok;
        }
        catch (JournalException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.NotStarted;
        }
    }

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
        foreach (var name in configuration is null ? [] : configuration.Schedules.NotIn(configuration.Fleet))
            Console.Error.WriteLine($"{file}: warning: {name} is not in the fleet, and has no effect");
        return configuration;
    }

    private static async Task<ExitCode> RunAsync(string file, Func<GatewayConfiguration, IHost> build, ReplayOptions? replay = null)
    {
        if (Load(file) is not { } configuration)
            return ExitCode.ConfigurationError;
        configuration = configuration with { Ingests = configuration.Ingests with { Replay = replay } };
        using var host = build(configuration);
        try
        {
            await host.StartAsync();
        }
        catch (MqttBrokerException e) when (configuration.Mqtt.Embedded is { } listen)
        {
            return await NotStartedAsync(host, new ListenException("mqtt.embedded.listen", listen, e));
        }
        catch (Exception e) when (e is ListenException or JournalException or DownlinkStoreException or ClusterException)
        {
            return await NotStartedAsync(host, e);
        }

        var mqtt = host.Services.GetRequiredService<MqttConnections>();
        var health = host.Services.GetRequiredService<HealthServer>().Address is { } address ? $", health {address}" : "";
        await Console.Out.WriteLineAsync(
            $"gateway ready: {string.Join(", ", Ingests(host.Services))}, mqtt {mqtt.Address} ({mqtt.Description}){health}");
        await host.WaitForShutdownAsync();
        if (host.Services.GetService<ReplayIngest>() is { IsComplete: false })
            return ExitCode.NotStarted;
        return host.Services.GetRequiredService<StageGuard>().HasFailed ? ExitCode.InternalError : ExitCode.Ok;
    }

    private static IEnumerable<string> Ingests(IServiceProvider services)
    {
        foreach (var ingest in services.GetServices<IIngestState>())
            yield return ingest.Description;
        if (services.GetService<ReplayIngest>() is not null)
            yield return "replay";
    }

    // The stages before the one that failed run already: they end in order, and not under their own feet.
    private static async Task<ExitCode> NotStartedAsync(IHost host, Exception reason)
    {
        await host.StopAsync();
        await Console.Error.WriteLineAsync($"not started: {reason.Message}");
        return ExitCode.NotStarted;
    }
}
