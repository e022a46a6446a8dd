using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Host.Commands;
using ExitCode = BoatTelemetry.BoatCtl.Terminal.ExitCode;
using UnitOptions = BoatTelemetry.BoatCtl.Bench.UnitOptions;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>provision</c>.</summary>
internal sealed class ProvisionCommand
{
    private readonly UnitOptions _port;
    private readonly Option<int> _unit = new("--unit") { Description = "The unit's number, 0 to 16383.", HelpName = "N", CustomParser = ArgumentParsers.Unit };
    private readonly Option<string?> _agency = new("--agency") { Description = "Whose it is: a level of its topics.", HelpName = "A" };
    private readonly Option<string?> _name = new("--name") { Description = "The boat's name, for people.", HelpName = "TEXT" };
    private readonly Option<string> _fleet = new("--fleet") { Description = "The gateway's fleet file; it must be there.", HelpName = "FILE", Required = true };

    private readonly Option<string?> _wrappingKey = new("--wrapping-key")
    {
        Description = $"What wraps the fleet's keys; else {WrappingKey.EnvironmentVariable} in the environment.",
        HelpName = "FILE",
    };

    private readonly Option<OperatingArea?> _area = new("--area")
    {
        Description = "South-west corner of the operating area. Default: the fleet's.",
        HelpName = "LAT,LON",
        CustomParser = ArgumentParsers.Area,
    };

    private readonly Option<string?> _region = new("--region") { Description = "The radio region. Default: what the unit has.", HelpName = "R" };
    private readonly Option<ServerAddress?> _cellular = new("--cellular") { Description = "The gateway's cellular port.", HelpName = "HOST:PORT", CustomParser = ServerAddress.Parse };
    private readonly Option<string?> _apn = new("--apn") { Description = "The cellular network's access point.", HelpName = "A" };
    private readonly Option<string?> _label = new("--label") { Description = "Where the label is written, with a QR code and without the key.", HelpName = "FILE.svg" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Settles a unit that was left half provisioned: completes it, or takes it back." };

    private ProvisionCommand(UnitOptions port) => _port = port;

    public static Command Create(Shell shell, UnitOptions port)
    {
        var options = new ProvisionCommand(port);
        var command = options.Create();
        shell.Does(command, options.Run);
        shell.Finishes(command);
        return command;
    }

    private Command Create()
    {
        _region.AcceptOnlyFromAmong(ConfigKeys.LoraRegion.Choices);
        var command = new Command("provision", "Gives a unit its number, key and configuration, and the gateway's fleet its entry: both or neither.")
        {
            _unit, _agency, _name, _fleet, _wrappingKey, _area, _region, _cellular, _apn, _label, _resume,
        };
        _port.AddTo(command);
        command.Validators.Add(Validate);
        return command;
    }

    private void Validate(CommandResult asked)
    {
        bool Has(Option option) => asked.GetResult(option) is { Implicit: false };
        Option[] plan = [_unit, _agency, _name, _area, _region, _cellular, _apn];
        if (Has(_resume))
        {
            foreach (var option in plan.Where(Has))
                asked.AddError($"{option.Name} does not go with --resume: what the unit is to be is in the pending file.");
            return;
        }

        foreach (var option in new Option[] { _unit, _agency, _name }.Where(option => !Has(option)))
            asked.AddError($"{option.Name} is needed.");
        if (Has(_cellular) != Has(_apn))
            asked.AddError("--cellular and --apn go together.");
    }

    private int Run(ParseResult asked, Output output, CancellationToken cancellation)
    {
        var fleet = FleetStore.Open(asked.GetValue(_fleet)!, asked.GetValue(_wrappingKey));
        var restart = UnitRestart.Limit(asked.GetValue(_port.TimeoutS));
        var provisioning = new UnitProvisioning(fleet, () => _port.Open(asked), restart);
        using var stopping = cancellation.Register(() => output.Note("Stopping, as soon as unit and fleet both have it or neither has."));
        if (asked.GetValue(_resume))
            return Resume(provisioning, fleet, output, asked.GetValue(_label));
        var plan = new UnitPlan(asked.GetValue(_unit), asked.GetValue(_agency)!, asked.GetValue(_name)!)
        {
            Area = asked.GetValue(_area),
            Region = asked.GetValue(_region),
            Cellular = asked.GetValue(_cellular),
            Apn = asked.GetValue(_apn),
        };
        provisioning.Provision(plan, cancellation);
        if (asked.GetValue(_label) is { } label)
            WriteLabel(label, plan);
        Tell(output, fleet, ProvisionEnd.Provisioned, plan);
        return ExitCode.Ok;
    }

    private static int Resume(UnitProvisioning provisioning, FleetStore fleet, Output output, string? label)
    {
        var end = provisioning.Resume(out var plan);
        if (end == ProvisionEnd.Provisioned && label is not null)
            WriteLabel(label, plan!);
        Tell(output, fleet, end, plan);
        return ExitCode.Ok;
    }

    private static void Tell(Output output, FleetStore fleet, ProvisionEnd end, UnitPlan? plan)
    {
        var (word, text) = end switch
        {
            ProvisionEnd.Provisioned => ("provisioned", $"Unit {plan!.Unit}, {plan.Name}, {plan.Agency}: provisioned. The unit and the fleet have it."),
            ProvisionEnd.TakenBack => ("taken-back", $"Unit {plan!.Unit}: taken back. Neither the unit nor the fleet has it; provision it anew."),
            _ => ("nothing", "Nothing was left half provisioned."),
        };
        output.Result(
            new JsonObject { ["outcome"] = word, ["unit"] = plan?.Unit, ["agency"] = plan?.Agency, ["name"] = plan?.Name },
            page => page.Line(new Cell(text, end == ProvisionEnd.Provisioned ? Tone.Good : Tone.Plain)));
        if (end != ProvisionEnd.Provisioned)
            return;
        foreach (var warning in fleet.Warnings())
            output.Note(warning);
    }

    private static void WriteLabel(string file, UnitPlan plan)
    {
        try
        {
            File.WriteAllText(file, UnitLabel.Svg(plan), new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Missing, "label-not-written", $"The unit is provisioned; its label was not written: {e.Message}", e);
        }
    }
}
