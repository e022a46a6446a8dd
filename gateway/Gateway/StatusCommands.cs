using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Mqtt;

namespace BoatTelemetry.Gateway;

/// <summary>The commands that ask the gateway that runs: status and units.</summary>
internal static class StatusCommands
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks and prints; returns the <see cref="ExitCode"/>.</summary>
    public static Command Status()
    {
        var live = new Option<bool>("--live") { Description = "Ask only whether the process and its stages live, as a container's health check should." };
        var command = new Command("status", "Says how the gateway that runs is; exit code 0 if it is ready.");
        command.Options.Add(live);
        var all = new Option<bool>("--all") { Description = "Print every metric, not only what is not as it should be." };
        command.Options.Add(all);
        return Asking(
            command, parsed => parsed.GetValue(live) ? "healthz" : "status", (parsed, status, to) => PrintStatus(status, parsed.GetValue(all), to));
    }

    /// <summary>Asks and prints; returns the <see cref="ExitCode"/>.</summary>
    public static Command Units() => Asking(
        new Command("units", "Lists the fleet with each unit's last reception."), static _ => "units", static (_, units, to) => PrintUnits(units, to));

    private static Command Asking(Command command, Func<ParseResult, string> path, Action<ParseResult, JsonElement, TextWriter> print)
    {
        var config = new Option<string?>("--config") { Description = "The running gateway's configuration file.", HelpName = "FILE" };
        var address = new Option<string?>("--address") { Description = "Where it listens, instead of its configuration.", HelpName = "ADDRESS:PORT" };
        var json = new Option<bool>("--json") { Description = "Print what it answers as it is." };
        command.Options.Add(config);
        command.Options.Add(address);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (AddressOf(parsed.GetValue(config), parsed.GetValue(address), out var code) is not { } at)
                return (int)code;
            Action<JsonElement, TextWriter>? told = parsed.GetValue(json) ? null : (answer, to) => print(parsed, answer, to);
            return (int)await AskAsync(at, path(parsed), told, cancellationToken);
        });
        return command;
    }

    private static IPEndPoint? AddressOf(string? config, string? address, out ExitCode code)
    {
        code = ExitCode.NotStarted;
        if (address is not null)
            return IPEndPoint.TryParse(address, out var given) && given.Port > 0 ? given : Say($"{address} is not ADDRESS:PORT");
        if (config is null)
            return Say("--config FILE or --address ADDRESS:PORT: which gateway?");
        code = ExitCode.ConfigurationError;
        List<ConfigurationError> errors = [];
        var configuration = GatewayConfigurationFile.Load(config, errors);
        foreach (var error in errors)
            Console.Error.WriteLine(error);
        if (configuration is null)
            return null;
        return configuration.Health.Listen switch
        {
            null => Say($"{config}: {HealthOptions.ListenKey} is absent: that gateway tells nobody how it is"),
            { Port: 0 } => Say($"{config}: {HealthOptions.ListenKey} has port 0, any free one: --address ADDRESS:PORT says which it was"),
            { } listen => new IPEndPoint(IPAddress.Parse(ReachableHost.Of(listen.Address)), listen.Port),
        };
    }

    private static IPEndPoint? Say(string what)
    {
        Console.Error.WriteLine(what);
        return null;
    }

    // The answer says by its code whether all is well; its body is told either way.
    private static async Task<ExitCode> AskAsync(
        IPEndPoint at, string path, Action<JsonElement, TextWriter>? print, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = _patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{at}/{path}"), cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            using var document = JsonDocument.Parse(body);
            if (print is null)
                await Console.Out.WriteLineAsync(body);
            else
                print(document.RootElement, Console.Out);
            return answer.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.NotReady;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await Console.Error.WriteLineAsync($"no gateway answers on {at}: {e.Message}");
            return ExitCode.NotReached;
        }
    }

    private static void PrintStatus(JsonElement status, bool isAll, TextWriter to)
    {
        to.WriteLine(status.GetProperty("ok").GetBoolean() ? "ok" : "NOT OK");
        foreach (var check in status.GetProperty("checks").EnumerateArray())
            to.WriteLine($"  {(check.GetProperty("ok").GetBoolean() ? "ok  " : "FAIL")}  {check.GetProperty("check").GetString(),-8} {check.GetProperty("detail").GetString()}");
        if (!status.TryGetProperty("metrics", out var metrics))
            return;
        var up = TimeSpan.FromSeconds(status.GetProperty("up_s").GetInt64());
        to.WriteLine($"version {status.GetProperty("version").GetString()}, started {status.GetProperty("started").GetString()}, up {up:c}");
        var untold = 0;
        foreach (var metric in metrics.EnumerateObject())
        {
            if (isAll || StatusMetrics.IsTold(metric.Name, metric.Value.GetInt64()))
                to.WriteLine($"  {metric.Name} {metric.Value.GetInt64()}");
            else
                untold++;
        }

        if (untold > 0)
            to.WriteLine($"  and {untold} more as they should be: --all");
    }

    private static void PrintUnits(JsonElement units, TextWriter to)
    {
        to.WriteLine($"{"unit",5}  {"agency",-16} {"name",-24} {"last heard",-24} {"ago",11}  {"link",-8} {"dBm",5} {"SNR",6}");
        foreach (var unit in units.GetProperty("units").EnumerateArray())
        {
            var ago = unit.TryGetProperty("age_s", out var ageS) ? TimeSpan.FromSeconds(ageS.GetInt64()).ToString("c", CultureInfo.InvariantCulture) : "";
            to.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Text(unit, "unit"),5}  {Text(unit, "agency"),-16} {Text(unit, "name"),-24} {Text(unit, "last_heard", "never"),-24} {ago,11}  {Text(unit, "link"),-8} {Text(unit, "rssi_dbm"),5} {Text(unit, "snr_db"),6}").TrimEnd());
        }
    }

    private static string Text(JsonElement of, string key, string absent = "") => of.TryGetProperty(key, out var value) ? value.ToString() : absent;
}
