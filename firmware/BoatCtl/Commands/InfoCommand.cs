using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>The command <c>info</c>: what a unit is and how it is.</summary>
internal static class InfoCommand
{
    private const int BytesPerKib = 1_024;

    public static Command Create(Shell shell, UnitOptions unit)
    {
        var command = new Command("info", "What the unit is and how it is: number, board, versions, key, links, journal, why it last started.");
        unit.AddTo(command);
        shell.Does(command, (asked, output, _) =>
        {
            using var bench = unit.Open(asked);
            var info = (JsonObject)bench.Ask("info").DeepClone();
            info.Remove("id");
            info.Remove("ok");
            output.Result(info, page => page.Fields([.. Unit(info), .. Run(info), .. Links(info), .. Storage(info)]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<(string Name, Cell Value)> Unit(JsonObject info)
    {
        yield return ("unit", $"{info["unit"]}");
        yield return ("agency", ConfigText.Of(info["agency"]));
        yield return ("board", $"{info["board"]}");
        yield return ("firmware", $"{info["firmware"]}");
        yield return ("platform", $"{info["platform"]}, {info["target"]}");
        yield return ("key", (string?)info["keyCheck"] is { } check ? $"set, check value {check}" : new Cell("unset: it sends nothing until it is provisioned", Tone.Bad));
        var state = (string?)info["config"];
        var isBad = (bool?)info["configFault"] == true || state is "lost" or "unreadable";
        var waits = (bool?)info["waitsForReboot"] == true ? ", some of it in force from the next start on" : "";
        yield return ("configuration", new Cell(state + waits, isBad ? Tone.Bad : Tone.Plain));
    }

    private static IEnumerable<(string Name, Cell Value)> Run(JsonObject info)
    {
        yield return ("last start", $"{info["resetCause"]}, start {info["starts"]}");
        if ((string?)info["lastFailure"] is { Length: > 0 } failure)
            yield return ("last failure", new Cell(failure, Tone.Bad));
        if ((bool?)info["safeMode"] == true)
            yield return ("safe mode", new Cell("yes: sensors and Wi-Fi are left out", Tone.Bad));
        yield return ("running for", TimeSpan.FromMilliseconds(Number(info, "uptimeMs")).ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture));
        yield return ("free memory", $"{Number(info, "freeBytes") / BytesPerKib} KiB");
    }

    private static IEnumerable<(string Name, Cell Value)> Links(JsonObject info)
    {
        foreach (var (name, link) in info["links"] as JsonObject ?? [])
        {
            var state = (string?)link?["state"];
            var failure = (string?)link?["failure"];
            yield return (name, new Cell(
                state is null ? "not in use" : failure is null ? state : $"{state}, {failure}",
                state is null ? Tone.Weak : WifiSetup.IsUp(state) ? Tone.Good : state == "starting" ? Tone.Plain : Tone.Bad));
        }
    }

    private static IEnumerable<(string Name, Cell Value)> Storage(JsonObject info)
    {
        if (info["journal"] is JsonObject journal)
        {
            var (held, capacity) = (Number(journal, "heldBytes"), Number(journal, "capacityBytes"));
            yield return ("journal", $"{journal["heldFrames"]} frames wait for the shore, {100 * held / Math.Max(1, capacity)} % full");
            var isBad = Number(journal, "droppedFrames") + Number(journal, "damagedFrames") + Number(journal, "badBlocks") > 0;
            yield return ("journal losses", new Cell($"{journal["droppedFrames"]} dropped, {journal["damagedFrames"]} damaged, {journal["badBlocks"]} bad blocks", isBad ? Tone.Bad : Tone.Plain));
        }

        if (info.ContainsKey(CertificateUpload.Field))
            yield return ("broker's certificate", info[CertificateUpload.Field] is JsonObject kept ? $"{kept["bytes"]} bytes, CRC-32 {kept["crc32"]}" : new Cell("none", Tone.Weak));
    }

    private static long Number(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
}
