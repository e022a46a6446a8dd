using System.Text.Json.Nodes;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>What is known of a part.</summary>
internal enum PartState
{
    Pass,
    Fail,
    NotFitted,
    Unknown,
}

/// <summary>A part and what the test says of it.</summary>
internal sealed record PartResult(string Part, PartState State, string Detail)
{
    /// <summary>What to do; empty where nothing is to be done.</summary>
    public string Advice => State switch
    {
        PartState.Fail or PartState.Unknown when Part == WifiAdvice.Part => WifiAdvice.Of(Detail, isTest: true),
        PartState.Fail => SelfTestAdvice.IfFailed(Part),
        PartState.Unknown => SelfTestAdvice.IfUnknown(Part),
        _ => string.Empty,
    };

    /// <summary>Its state as a word.</summary>
    public string Word => State switch
    {
        PartState.Pass => "pass",
        PartState.Fail => "fail",
        PartState.NotFitted => "not fitted",
        _ => "unknown",
    };
}

/// <summary>
/// The unit's own self-test, and beside it what its other answers show: each part passes, fails, is not fitted, or cannot be
/// judged from here.
/// </summary>
internal static class SelfTest
{
    private const int ViewIntervalMs = 200;

    // The unit's steps that are parts; every other step is a golden vector.
    private static readonly string[] _links = ["radio", "modem", "wifi"];
    private static readonly string[] _parts = ["receiver", "sensors", "flash", .. _links];

    /// <exception cref="BenchException">It was refused, or the unit stopped answering.</exception>
    public static IReadOnlyList<PartResult> Run(BenchClient bench)
    {
        var info = bench.Ask("info");
        var configuration = UnitConfiguration.Read(bench);
        var steps = Steps(bench);
        var view = View(bench);
        var board = UnitParts.Board(info, configuration.Config);
        return
        [
            .. OfInfo(info),
            Vectors(steps),
            .. steps.Where(step => step.Name is "receiver" or "flash").Select(step => new PartResult(step.Name, step.Passed ? PartState.Pass : PartState.Fail, step.Detail)),
            Position(view),
            .. steps.Where(step => _links.Contains(step.Name)).Select(step => Link(step, board)),
            .. UnitParts.Sensors.Select(part => Sensor(part, view, board)),
        ];
    }

    private static List<Step> Steps(BenchClient bench)
    {
        bench.Ask("self-test");
        var steps = new List<Step>();
        while (true)
        {
            var told = bench.NextEvent("self-test", bench.Timeout)
                ?? throw new BenchException(BenchOutcome.NoAnswer, "no-answer", $"{bench.Port} stopped in the middle of its self-test, behind \"{steps.LastOrDefault()?.Name}\".");
            if (told.ContainsKey("done"))
                return steps;

            steps.Add(new Step(told["step"]?.ToString() ?? string.Empty, told["pass"] is JsonValue pass && pass.TryGetValue<bool>(out var passed) && passed, told["detail"]?.ToString() ?? string.Empty));
        }
    }

    private static JsonObject View(BenchClient bench)
    {
        bench.Ask("sensors", new JsonObject { ["on"] = true, ["intervalMs"] = ViewIntervalMs });
        var view = bench.NextEvent("sensors", bench.Timeout) ?? throw new BenchException(BenchOutcome.NoAnswer, "no-answer", $"{bench.Port} shows no sensors.");
        bench.Ask("sensors", new JsonObject { ["on"] = false });
        return view;
    }

    private static IEnumerable<PartResult> OfInfo(JsonObject info)
    {
        var config = info["config"]?.ToString() ?? string.Empty;
        var isFaulty = info["configFault"]?.ToString() == "true" || config is "lost" or "unreadable";
        yield return new("configuration", isFaulty ? PartState.Fail : config == "defaults" ? PartState.Unknown : PartState.Pass, config);
        yield return new("key", info["key"]?.ToString() == "set" ? PartState.Pass : PartState.Unknown, info["key"]?.ToString() ?? string.Empty);
        if (info["safeMode"]?.ToString() == "true")
            yield return new("safe mode", PartState.Fail, info["lastFailure"]?.ToString() ?? string.Empty);
    }

    private static PartResult Vectors(List<Step> steps)
    {
        var vectors = steps.Where(step => !_parts.Contains(step.Name)).ToList();
        var failed = vectors.Where(step => !step.Passed).Select(step => step.Name).ToList();
        var detail = failed.Count == 0 ? $"{vectors.Count} of {vectors.Count}" : $"{failed.Count} of {vectors.Count} failed: {string.Join(", ", failed)}";
        return new PartResult("firmware vectors", vectors.Count > 0 && failed.Count == 0 ? PartState.Pass : PartState.Fail, detail);
    }

    private static PartResult Position(JsonObject view)
    {
        var age = SensorFields.Text("fixAgeMs", UnitParts.At(view, "receiver.fixAgeMs"));
        return age is null ? new("position", PartState.Unknown, "none yet") : new("position", PartState.Pass, $"{age} old");
    }

    /// <summary>What a link's step says of it.</summary>
    internal static PartResult Link(Step step, BoardDescription? board)
    {
        var name = step.Name == "wifi" ? WifiAdvice.Part : step.Name;
        if (step.Passed && step.Detail == "not in use")
            return new PartResult(name, PartState.NotFitted, step.Name == "modem" && board is { ModemTxPin: BoardDescription.NotFitted } ? "no modem on this board" : "switched off");
        if (step.Passed && step.Detail.Length == 0)
            return new PartResult(name, PartState.Pass, step.Detail);

        // Older firmware fails the step of Wi-Fi for what is no fault, too.
        var isUnknown = step.Passed || step.Detail == "starting" || (step.Name == "wifi" && !LinkView.IsFault(step.Detail));
        return new PartResult(name, isUnknown ? PartState.Unknown : PartState.Fail, step.Detail);
    }

    private static PartResult Sensor(UnitPart part, JsonObject view, BoardDescription? board)
    {
        if (board is not null && !part.IsFitted(board))
            return new PartResult(part.Name, PartState.NotFitted, string.Empty);

        var own = SensorFields.Faults(view) & part.Faults;
        if (own != SensorFaults.None)
            return new PartResult(part.Name, PartState.Fail, SensorFields.FaultWords(own));

        var text = part.Field is null ? null : SensorFields.Text(part.Field, UnitParts.At(view, part.Field));

        // A contact that is not pressed looks like one whose wire is off.
        var isContact = part.Field?.StartsWith("inputs.", StringComparison.Ordinal) == true;
        if (isContact)
            return new PartResult(part.Name, text == "yes" ? PartState.Pass : PartState.Unknown, text == "yes" ? "closed" : "open");

        return new PartResult(part.Name, text is null ? PartState.Unknown : PartState.Pass, text ?? "no reading");
    }

    /// <summary>A step as the unit tells it; its detail is empty where it has none.</summary>
    internal sealed record Step(string Name, bool Passed, string Detail);
}
