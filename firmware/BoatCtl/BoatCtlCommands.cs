using System.CommandLine;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Commands;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl;

/// <summary>All commands, in the order in which a new unit meets them.</summary>
internal static class BoatCtlCommands
{
    public static RootCommand Create(Shell shell, PortCatalog ports)
    {
        var unit = new UnitOptions(ports);
        var root = new RootCommand(
            $"""
            Flashes, provisions, configures and looks at boat units. docs/boatctl.md has an example of each command.

            {ExitCode.Table}
            """)
        {
            PortsCommand.Create(shell, ports),
            FlashCommand.Create(shell, unit),
            ProvisionCommand.Create(shell, unit),
            ConfigCommand.Create(shell, unit),
            SecretCommand.Create(shell, unit),
            WifiCommand.Create(shell, unit),
            RebootCommand.Create(shell, unit),
            InfoCommand.Create(shell, unit),
            SelfTestCommand.Create(shell, unit),
            MonitorCommand.Create(shell, unit),
            LogCommand.Create(shell, unit),
            RadioCommand.Create(shell),
            DecodeCommand.Create(shell),
            AirtimeCommand.Create(shell),
            SimulateCommand.Create(shell),
            CompletionCommand.Create(shell),
        };
        root.Options.Add(shell.Json);
        return root;
    }
}
