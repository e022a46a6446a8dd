using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Terminal;
using ExitCode = BoatTelemetry.BoatCtl.Terminal.ExitCode;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>wifi</c>: a unit's way over a harbour's network to a broker.</summary>
internal sealed class WifiCommand
{
    private const int LookPauseMs = 500;
    private const int WaitSMax = 600;

    private readonly UnitOptions _unit;
    private readonly Option<string?> _ssid = new("--ssid") { Description = "The network's name.", HelpName = "SSID" };
    private readonly Option<string?> _password = FileOption("--password-file", "A file whose first line is the network's password.");
    private readonly Option<ServerAddress?> _mqtt = new("--mqtt") { Description = "The broker.", HelpName = "HOST:PORT", CustomParser = ServerAddress.Parse };
    private readonly Option<string?> _user = new("--user") { Description = "The unit's user at the broker; '' for none.", HelpName = "U" };
    private readonly Option<string?> _mqttPassword = FileOption("--mqtt-password-file", "A file whose first line is that user's password.");
    private readonly Option<string?> _authority = FileOption("--ca", "The certificate of the authority that vouches for the broker, PEM or DER.");
    private readonly Option<bool> _plain = new("--no-tls") { Description = "Without TLS: where nobody else is on that network." };
    private readonly Option<bool> _noReboot = new("--no-reboot") { Description = "Leaves the unit running as it is; the new settings are in force from its next start on." };

    private readonly Option<int> _wait = new("--wait")
    {
        Description = "Seconds after its start until the unit must be connected.",
        HelpName = "S",
        DefaultValueFactory = _ => 60,
    };

    private WifiCommand(UnitOptions unit) => _unit = unit;

    public static Command Create(Shell shell, UnitOptions unit)
    {
        var options = new WifiCommand(unit);
        var set = options.CreateSet();
        shell.Does(set, options.Run);
        shell.Finishes(set);
        return new Command("wifi", "A unit's Wi-Fi: network, broker, passwords and certificate.") { set };
    }

    private static Option<string?> FileOption(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private Command CreateSet()
    {
        var command = new Command("set", "Sets up Wi-Fi whole, starts the unit anew and says whether it is connected. What is left out stays as the unit has it.")
        {
            _ssid, _password, _mqtt, _user, _mqttPassword, _authority, _plain, _noReboot, _wait,
        };
        _unit.AddTo(command);
        command.Validators.Add(asked =>
        {
            Option[] settings = [_ssid, _password, _mqtt, _user, _mqttPassword, _authority, _plain];
            if (!settings.Any(option => asked.GetResult(option) is { Implicit: false }))
            {
                asked.AddError($"Nothing is to be set. Give what changes: {string.Join(", ", settings.Select(option => option.Name))}. "
                    + "To switch Wi-Fi on as it is: boatctl config set wifi.enabled=true.");
            }

            if (asked.GetResult(_authority) is not null && asked.GetValue(_plain))
                asked.AddError("--ca and --no-tls do not go together.");
            if (asked.GetValue(_wait) is < 0 or > WaitSMax)
                asked.AddError($"--wait: seconds, 0 to {WaitSMax}.");
        });
        return command;
    }

    private int Run(ParseResult asked, Output output, CancellationToken cancellation)
    {
        var plan = new WifiPlan
        {
            Ssid = asked.GetValue(_ssid),
            Password = asked.GetValue(_password) is { } password ? UnitSecret.FromFile(password) : null,
            Broker = asked.GetValue(_mqtt),
            User = asked.GetValue(_user),
            BrokerPassword = asked.GetValue(_mqttPassword) is { } brokerPassword ? UnitSecret.FromFile(brokerPassword) : null,
            Authority = asked.GetValue(_authority) is { } file ? AuthorityCertificate.Read(file, DateTimeOffset.UtcNow) : null,
            IsPlain = asked.GetValue(_plain),
        };
        using (var bench = _unit.Open(asked))
            WifiSetup.Apply(bench, plan);
        if (asked.GetValue(_noReboot))
        {
            output.Result(new JsonObject { ["state"] = "set", ["failure"] = null }, page => page.Line("Wi-Fi is set up, in force from the unit's next start on."));
            return ExitCode.Ok;
        }

        output.Note("Wi-Fi is set up; the unit starts anew.");
        return Tell(output, Looked(asked, cancellation));
    }

    // From here on the unit has all of it, whatever happens.
    private (string State, string? Failure) Looked(ParseResult asked, CancellationToken cancellation)
    {
        var inForce = "in force from the unit's next start on";
        try
        {
            JsonObject before;
            using (var bench = _unit.Open(asked))
                before = UnitRestart.Ask(bench);
            inForce = "and the unit was told to start anew";
            var restart = new UnitRestart(() => _unit.Open(asked), UnitRestart.Limit(asked.GetValue(_unit.TimeoutS)));
            return Connected(asked, restart.Wait(before, cancellation), cancellation);
        }
        catch (BenchException e)
        {
            throw new CommandException(
                ExitCode.HalfDone, "not-seen", $"Wi-Fi is set up, {inForce}; whether it connects was not seen: {e.Message} Look with \"boatctl info\".", e);
        }
        catch (OperationCanceledException e)
        {
            throw new CommandException(ExitCode.NotGood, "stopped", $"Stopped. Wi-Fi is set up, {inForce}; look with \"boatctl info\" whether it connects.", e);
        }
    }

    // The unit tries on by itself; this looks until it is connected or the time is over.
    private (string State, string? Failure) Connected(ParseResult asked, JsonObject info, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var link = WifiSetup.Link(info);
            if (WifiSetup.IsUp(link.State) || link.State == "off" || waited.Elapsed.TotalSeconds >= asked.GetValue(_wait))
                return link;
            cancellation.WaitHandle.WaitOne(LookPauseMs);
            cancellation.ThrowIfCancellationRequested();
            using var bench = _unit.Open(asked);
            info = bench.Ask("info");
        }
    }

    private static int Tell(Output output, (string State, string? Failure) link)
    {
        var isConnected = WifiSetup.IsUp(link.State);
        output.Result(new JsonObject { ["state"] = link.State, ["failure"] = link.Failure }, page => page.Line(isConnected
            ? new Cell("Wi-Fi: connected to the broker.", Tone.Good)
            : new Cell($"Wi-Fi: set up, and not connected ({link.Failure ?? link.State}). {WifiAdvice.Of(link.Failure, isTest: false)}", Tone.Bad)));
        return isConnected ? ExitCode.Ok : ExitCode.NotGood;
    }
}
