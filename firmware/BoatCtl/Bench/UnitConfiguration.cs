using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A key whose values differ; null where one side has none.</summary>
internal sealed record ConfigDifference(string Key, JsonNode? Before, JsonNode? After);

/// <summary>What a change of the configuration came to.</summary>
/// <param name="Changed">What is different now.</param>
/// <param name="WaitsForReboot">Whether some of it is in force only from the next start on.</param>
internal sealed record ConfigWritten(IReadOnlyList<ConfigDifference> Changed, bool WaitsForReboot);

/// <summary>A unit's stored configuration: read whole, changed in one request, and read back.</summary>
internal sealed class UnitConfiguration
{
    private UnitConfiguration(JsonObject config, JsonObject secrets)
    {
        Config = config;
        Secrets = secrets;
    }

    /// <summary>Sections of keys, and "configVersion", as the console gives and takes them.</summary>
    public JsonObject Config { get; }

    /// <summary>"set" or "unset" for each secret; never a secret.</summary>
    public JsonObject Secrets { get; }

    /// <exception cref="BenchException">It could not be read.</exception>
    public static UnitConfiguration Read(BenchClient bench)
    {
        var reply = bench.Ask("config get");
        if (reply["config"] is not JsonObject config)
            throw new BenchException(BenchOutcome.NoAnswer, "no-unit", $"{bench.Port} answers, but not with a configuration: is it a boat unit?");

        return new UnitConfiguration((JsonObject)config.DeepClone(), (reply["secrets"] as JsonObject)?.DeepClone() as JsonObject ?? []);
    }

    /// <summary>Section and name, and the value, in the unit's order.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Flat(JsonObject config)
    {
        foreach (var (name, value) in config)
        {
            if (value is not JsonObject section)
            {
                yield return new(name, value);
                continue;
            }

            foreach (var (key, inner) in section)
                yield return new($"{name}.{key}", inner);
        }
    }

    /// <summary>Why the unit has no such key or section, and what it has instead; null if it has it.</summary>
    /// <param name="name">A section, or section and name of a key.</param>
    public string? NotThere(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var section = dot < 0 ? name : name[..dot];
        if (Config[section] is not JsonObject keys)
            return $"{section} is no section of the configuration. The sections are {string.Join(", ", Config.Where(part => part.Value is JsonObject).Select(part => part.Key))}.";

        return dot < 0 || keys.ContainsKey(name[(dot + 1)..])
            ? null
            : $"{name[(dot + 1)..]} is no key of {section}. It has: {string.Join(", ", keys.Select(key => $"{section}.{key.Key}"))}.";
    }

    /// <summary>The keys that differ, in the order of <paramref name="before"/>, and then those that only <paramref name="after"/> has.</summary>
    public static IReadOnlyList<ConfigDifference> Differences(JsonObject before, JsonObject after)
    {
        var (left, right) = (Flat(before).ToDictionary(), Flat(after).ToDictionary());
        return
        [
            .. left.Keys.Concat(right.Keys.Where(key => !left.ContainsKey(key)))
                .Select(key => new ConfigDifference(key, left.GetValueOrDefault(key), right.GetValueOrDefault(key)))
                .Where(difference => !JsonNode.DeepEquals(difference.Before, difference.After)),
        ];
    }

    /// <summary>A copy of the configuration with this key changed; a key that the unit does not have is added, for the unit to refuse.</summary>
    /// <param name="config">What to begin with.</param>
    /// <param name="key">Section and name.</param>
    /// <param name="text">The value as typed; becomes what the key's value is now, if it can.</param>
    public static JsonObject With(JsonObject config, string key, string text)
    {
        var changed = (JsonObject)config.DeepClone();
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        var (holder, name) = dot < 0 ? (changed, key) : (changed[key[..dot]] as JsonObject, key[(dot + 1)..]);
        if (holder is null)
            changed[key[..dot]] = holder = [];

        holder[name] = Typed(text, holder[name]);
        return changed;
    }

    /// <summary>
    /// Makes this the unit's configuration: all of it or nothing. Written in one request, read back, and compared; keys that
    /// <paramref name="wanted"/> leaves out get their defaults.
    /// </summary>
    /// <exception cref="BenchException">The unit refused, or could not be asked: its configuration is the old one.</exception>
    /// <exception cref="CommandException">Half done: it is not known which configuration the unit has.</exception>
    public ConfigWritten Write(BenchClient bench, JsonObject wanted)
    {
        // A live view that an earlier program left on takes the console's time while the request comes in.
        var quiet = bench.Send("sensors", new JsonObject { ["on"] = false });
        if (quiet.Outcome != BenchOutcome.Refused)
            quiet.Done();

        var sent = bench.Send("config set", new JsonObject { ["config"] = wanted.DeepClone() });
        if (sent.Outcome is BenchOutcome.Refused)
            throw new BenchException(BenchOutcome.Refused, sent.Error, sent.Reason + " The configuration is as before.");
        if (sent.Outcome is BenchOutcome.NotSent)
            throw new BenchException(BenchOutcome.NotSent, sent.Error, sent.Reason + " The change had not been sent: the configuration is as before.");
        if (sent.Outcome is BenchOutcome.Gone)
            throw HalfDone(sent.Reason);

        // A reply that is lost says nothing about the change; the configuration itself does.
        var now = ReadBack(bench, sent);
        if (sent.Outcome != BenchOutcome.Done && JsonNode.DeepEquals(now, Config))
            throw new BenchException(BenchOutcome.NotSent, sent.Error, sent.Reason + " The configuration is as before.");

        var wrong = Differences(wanted, now).Where(difference => difference.Before is not null).Select(difference => difference.Key).ToList();
        if (wrong.Count > 0)
        {
            throw new CommandException(
                ExitCode.HalfDone, "half-done",
                $"The unit took the change, but reads back something else for {string.Join(", ", wrong)}. Look at it with \"boatctl config get\" and set it again.");
        }

        var waits = sent.Fields["waitsForReboot"] is JsonValue value && value.TryGetValue<bool>(out var isWaiting) && isWaiting;
        return new ConfigWritten(Differences(Config, now), waits);
    }

    private static JsonObject ReadBack(BenchClient bench, BenchReply sent)
    {
        try
        {
            return Read(bench).Config;
        }
        catch (BenchException e) when (sent.Outcome == BenchOutcome.Done)
        {
            throw HalfDone("The unit took the change, but it could not be read back. " + e.Message, "It has the new configuration");
        }
        catch (BenchException)
        {
            throw HalfDone(sent.Reason);
        }
    }

    private static CommandException HalfDone(string reason, string state = "The unit has either all of the old configuration or all of the new one") => new(
        ExitCode.HalfDone, "half-done",
        $"{reason} {state}, and works. Connect it again, look with \"boatctl config get\" or \"boatctl config diff FILE\", and repeat the command.");

    private static JsonNode Typed(string text, JsonNode? now) => now?.GetValueKind() switch
    {
        JsonValueKind.Number when long.TryParse(text, out var number) => number,
        JsonValueKind.True or JsonValueKind.False when bool.TryParse(text, out var flag) => flag,
        _ => text,
    };
}
