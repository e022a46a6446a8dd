using System.CommandLine;
using System.Text;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Radio;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Host.Commands;
using BoatTelemetry.Mqtt;
using ExitCode = BoatTelemetry.BoatCtl.Terminal.ExitCode;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>radio</c> with <c>test</c> below it.</summary>
internal sealed class RadioCommand
{
    private const int PortPlain = 1883;
    private const int PortTls = 8883;

    private readonly Option<int> _unit = new("--unit") { Description = "The unit's number, 0 to 16383.", HelpName = "N", Required = true, CustomParser = ArgumentParsers.Unit };
    private readonly Option<string> _broker = new("--broker") { Description = "The gateway's broker. Default port: 1883, with --ca 8883.", HelpName = "HOST[:PORT]", Required = true };
    private readonly Option<int> _count = new("--count") { Description = "How many status requests, 0 to 1000; 0 only listens, to the end of --duration.", HelpName = "N", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _duration = new("--duration") { Description = "The longest that it may take, 1 to 86400.", HelpName = "S", DefaultValueFactory = _ => 600 };
    private readonly Option<string?> _csv = new("--csv") { Description = "Where a line for each reception is written.", HelpName = "FILE" };
    private readonly Option<string?> _fleet = new("--fleet") { Description = "The fleet file, for where its concentrators stand. Without it distances are from the first position.", HelpName = "FILE" };
    private readonly Option<string?> _wrappingKey = new("--wrapping-key") { Description = "What unwraps the fleet's keys.", HelpName = "FILE" };
    private readonly Option<string> _topicRoot = new("--topic-root") { Description = "First levels of the gateway's topics.", HelpName = "LEVELS", DefaultValueFactory = _ => "patrol/v1" };
    private readonly Option<string?> _user = new("--user") { Description = "User name at the broker.", HelpName = "NAME" };
    private readonly Option<string?> _passwordFile = new("--password-file") { Description = "File with the password alone in it.", HelpName = "FILE" };
    private readonly Option<string?> _ca = new("--ca") { Description = "TLS, and the authorities that are trusted, PEM.", HelpName = "FILE" };

    public static Command Create(Shell shell)
    {
        var options = new RadioCommand();
        return new Command("radio", "Tests the radio.") { options.Test(shell) };
    }

    private Command Test(Shell shell)
    {
        var command = new Command("test", "Range test: how each concentrator hears a unit, and how long commands take, by the gateway's broker.")
        {
            _unit, _broker, _count, _duration, _csv, _fleet, _wrappingKey, _topicRoot, _user, _passwordFile, _ca,
        };
        command.Validators.Add(asked =>
        {
            if (asked.GetResult(_count) is { Errors: var no } && !no.Any() && asked.GetValue(_count) is < 0 or > 1000)
                asked.AddError($"--count {asked.GetValue(_count)}: 0 to 1000.");
            if (asked.GetResult(_duration) is { Errors: var none } && !none.Any() && asked.GetValue(_duration) is < 1 or > 86_400)
                asked.AddError($"--duration {asked.GetValue(_duration)}: 1 to 86400 seconds.");
        });
        shell.Does(command, Run);
        return command;
    }

    private int Run(ParseResult asked, Output output, CancellationToken cancellation)
    {
        var unit = asked.GetValue(_unit);
        var test = new RangeTest(Places(asked));
        var requests = new StatusRequests();
        var settings = new RangeSettings(unit, asked.GetValue(_topicRoot)!, asked.GetValue(_count), TimeSpan.FromSeconds(asked.GetValue(_duration)));
        var run = new RangeRun(settings, test, requests, frame => output.Note(
            $"{frame.Id}: {string.Join("; ", frame.Receptions.Select(reception => $"{reception.Way} {reception.RssiDbm} dBm {reception.SnrDb} dB SF{reception.SpreadingFactor}"))}"));
        try
        {
            run.RunAsync(Broker(asked), cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: what was heard so far is told.
            requests.GiveUp();
        }

        if (asked.GetValue(_csv) is { } csv)
            WriteCsv(csv, RangeReport.Csv(unit, test));
        if (test.Frames == 0 && requests.Ended.All(request => !request.IsDone))
            throw Silent(settings, requests);
        output.Result(RangeReport.Json(test, requests), page => RangeReport.Text(page, test, requests));
        return requests.Ended.All(request => request.IsDone) ? ExitCode.Ok : ExitCode.NotGood;
    }

    private static CommandException Silent(RangeSettings settings, StatusRequests requests)
    {
        var refusal = requests.Ended.FirstOrDefault(request => request.Outcome == "refused");
        return refusal is not null
            ? new CommandException(ExitCode.Refused, "refused", $"The gateway refused the request: {refusal.Reason}.")
            : new CommandException(
                ExitCode.NotReached, "not-heard", $"No frame of unit {settings.Unit} came in {settings.Duration.TotalSeconds:0} s below {settings.TopicRoot}: is the gateway connected, and is this its topic root?");
    }

    private MqttLinkOptions Broker(ParseResult asked)
    {
        var text = asked.GetValue(_broker)!;
        var ca = asked.GetValue(_ca);
        var colon = text.LastIndexOf(':');
        var port = ca is null ? PortPlain : PortTls;
        if (colon > 0 && !int.TryParse(text.AsSpan(colon + 1), out port))
            throw new CommandException(ExitCode.Usage, "usage", $"--broker {text}: HOST or HOST:PORT.");
        return new MqttLinkOptions
        {
            Host = colon > 0 ? text[..colon] : text,
            Port = port,
            ClientId = $"boatctl-{Guid.NewGuid():N}"[..23],
            UserName = asked.GetValue(_user),
            Password = asked.GetValue(_passwordFile) is { } file ? Password(file) : null,
            Tls = ca is null ? null : new MqttTlsOptions { CaFile = ca },
        };
    }

    private static string Password(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Missing, "no-password", $"--password-file: {e.Message}", e);
        }
    }

    private Dictionary<string, (int LatitudeE5, int LongitudeE5)> Places(ParseResult asked)
    {
        if (asked.GetValue(_fleet) is not { } file)
            return [];
        return FleetStore.Open(file, asked.GetValue(_wrappingKey)).Load().Concentrators
            .Where(concentrator => concentrator.LatitudeE5 != FleetConcentrator.Unknown)
            .ToDictionary(concentrator => concentrator.Eui.ToString("x16"), concentrator => (concentrator.LatitudeE5, concentrator.LongitudeE5));
    }

    private static void WriteCsv(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text, new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Missing, "csv-not-written", $"--csv: {e.Message}", e);
        }
    }
}
