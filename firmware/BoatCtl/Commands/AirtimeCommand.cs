using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Radio;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>airtime</c>.</summary>
internal static class AirtimeCommand
{
    private const int BandwidthHz = 125_000;

    // Every region that a unit can be configured for, but the one in which nothing is sent.
    private static readonly string[] _regionNames = [.. ConfigKeys.LoraRegion.Choices.Where(name => !Regions.Find(name).ReceiveOnly)];

    private static readonly int[] _bandwidthsHz = [125_000, 250_000, 500_000];

    public static Command Create(Shell shell)
    {
        var bytes = new Argument<int>("BYTES") { Description = "Length of the frame, 1 to 255 bytes." };
        var factor = new Option<int?>("--sf") { Description = "Spreading factor, 7 to 12. Default: all.", HelpName = "N" };
        var region = new Option<string>("--region") { Description = "Whose limits.", HelpName = "R", DefaultValueFactory = _ => Regions.Default };
        var bandwidth = new Option<int>("--bandwidth") { Description = "125000, 250000 or 500000.", HelpName = "HZ", DefaultValueFactory = _ => BandwidthHz };
        region.AcceptOnlyFromAmong(_regionNames);
        var command = new Command("airtime", "Time on air of a frame, and how often the region's law allows it.") { bytes, factor, region, bandwidth };
        command.Validators.Add(asked =>
        {
            if (asked.GetResult(bytes) is { Errors: var wrong } && !wrong.Any() && asked.GetValue(bytes) is < 1 or > TimeOnAir.FrameBytesMax)
                asked.AddError($"BYTES {asked.GetValue(bytes)}: 1 to {TimeOnAir.FrameBytesMax}.");
            if (asked.GetResult(factor) is { Errors: var none } && !none.Any() && asked.GetValue(factor) is < TimeOnAir.SpreadingFactorMin or > TimeOnAir.SpreadingFactorMax)
                asked.AddError($"--sf {asked.GetValue(factor)}: {TimeOnAir.SpreadingFactorMin} to {TimeOnAir.SpreadingFactorMax}.");
            if (asked.GetResult(bandwidth) is { Errors: var no } && !no.Any() && !_bandwidthsHz.Contains(asked.GetValue(bandwidth)))
                asked.AddError($"--bandwidth {asked.GetValue(bandwidth)}: {string.Join(", ", _bandwidthsHz)}.");
        });
        shell.Does(command, (asked, output, _) => Tell(
            output, asked.GetValue(bytes), asked.GetValue(factor), Regions.Find(asked.GetValue(region)!), asked.GetValue(bandwidth)));
        return command;
    }

    private static int Tell(Output output, int bytes, int? factor, Region region, int bandwidthHz)
    {
        var factors = factor is { } one ? [one] : Enumerable.Range(TimeOnAir.SpreadingFactorMin, TimeOnAir.SpreadingFactorMax - TimeOnAir.SpreadingFactorMin + 1);
        var rows = factors.Select(sf => AirtimeRow.Of(region, bytes, sf, bandwidthHz)).ToList();
        var json = new JsonObject
        {
            ["bytes"] = bytes,
            ["region"] = region.Name,
            ["bandwidth_hz"] = bandwidthHz,
            ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject
            {
                ["spreading_factor"] = row.SpreadingFactor,
                ["airtime_us"] = row.AirtimeUs,
                ["is_allowed"] = row.Allowed is null,
                ["reason"] = row.Allowed,
                ["per_hour_most"] = row.Allowed is null ? row.PerHourMax : 0,
            })]),
        };
        output.Result(json, page =>
        {
            page.Line($"{bytes} bytes in {region.Name}, {bandwidthHz / 1000} kHz, code rate 4/{RadioSettings.CodingRateDenominatorDefault}, {RadioSettings.PreambleSymbolsDefault} symbols of preamble");
            page.Table(
                ["SF", "ms on air", "an hour at most", "one each", "allowed"],
                rows.Select(row => (IReadOnlyList<Cell>)
                [
                    $"{row.SpreadingFactor}",
                    string.Create(CultureInfo.InvariantCulture, $"{row.AirtimeUs / 1000.0:0.0}"),
                    row.Allowed is not null ? "0" : row.PerHourMax?.ToString(CultureInfo.InvariantCulture) ?? "no limit",
                    row is { Allowed: null, PerHourMax: > 0 and var most } ? string.Create(CultureInfo.InvariantCulture, $"{3600.0 / most:0.0} s") : "-",
                    row.Allowed is null ? new Cell("yes", Tone.Good) : new Cell($"no: {row.Allowed}", Tone.Bad),
                ]));
        });
        return rows.Exists(row => row.Allowed is null) ? ExitCode.Ok : ExitCode.NotGood;
    }
}
