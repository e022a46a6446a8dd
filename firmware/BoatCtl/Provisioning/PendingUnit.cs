using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>
/// What is under way, in a file beside the fleet file: made durable before anything is written to the unit, deleted when unit and fleet both
/// have it or neither. While it is there nothing else is provisioned into this fleet.
/// </summary>
/// <param name="Plan">What the unit is to be.</param>
/// <param name="Key">Its new key; in the file wrapped, if the fleet's keys are.</param>
/// <param name="Before">The unit's configuration before, to be taken back.</param>
internal sealed record PendingUnit(UnitPlan Plan, UnitKey Key, JsonObject Before)
{
    /// <summary>
    /// Whether the key may have left for the unit. Until then no unit has it, and the pending file can go whichever unit is plugged in; from
    /// then on only a unit that took the configuration and has no key shows that it did not arrive.
    /// </summary>
    public bool IsKeySent { get; init; }

    /// <summary>Behind the fleet file's name.</summary>
    public const string Suffix = ".pending";

    private const int Version = 1;

    /// <summary>The file for a fleet.</summary>
    public static string PathFor(FleetStore fleet) => fleet.FilePath + Suffix;

    /// <summary>Writes it, for its owner alone, and makes it durable.</summary>
    /// <exception cref="CommandException">There is one already, or it could not be written.</exception>
    public void Save(FleetStore fleet)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = PathFor(fleet);
        var isOurs = false;
        try
        {
            using var stream = new FileStream(file, options);
            isOurs = true;
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(ToJson(fleet)));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!isOurs && File.Exists(file))
                throw Unfinished(file);
            if (isOurs)
                File.Delete(file);
            throw new CommandException(ExitCode.Missing, "pending-not-written", $"Nothing was changed: {e.Message}", e);
        }
    }

    /// <summary>Puts the file in the place of the one before, whole or not at all.</summary>
    /// <exception cref="CommandException">It could not be written; what was there still is.</exception>
    public void Update(FleetStore fleet)
    {
        try
        {
            FleetWriter.Replace(PathFor(fleet), JsonSerializer.SerializeToUtf8Bytes(ToJson(fleet)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.HalfDone, "pending-not-written", $"The unit is configured and has no key: {e.Message} Make room, then: boatctl provision --resume --fleet {fleet.FilePath}", e);
        }
    }

    /// <summary>What is under way; null if nothing is.</summary>
    /// <exception cref="CommandException">It cannot be read: damaged, or under another wrapping key.</exception>
    public static PendingUnit? Load(FleetStore fleet)
    {
        var file = PathFor(fleet);
        if (!File.Exists(file))
            return null;
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(file)) is JsonObject json && (int?)json["version"] == Version)
                return OfJson(json, fleet);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw Unreadable(file, e);
        }

        throw Unreadable(file, null);
    }

    /// <summary>Nothing is under way any more.</summary>
    public static void Delete(FleetStore fleet) => File.Delete(PathFor(fleet));

    /// <summary>Another unit is under way.</summary>
    public static CommandException Unfinished(string file) => new(
        ExitCode.HalfDone, "unfinished", $"Another unit was left half provisioned ({Path.GetFileName(file)}). Settle it first: boatctl provision --resume --fleet FILE, with that unit plugged in.");

    private JsonObject ToJson(FleetStore fleet)
    {
        var (form, text) = fleet.Protected(Plan.Unit, Key);
        var json = new JsonObject
        {
            ["version"] = Version,
            ["unit"] = Plan.Unit,
            ["agency"] = Plan.Agency,
            ["name"] = Plan.Name,
            [form == KeyForm.Wrapped ? "keyWrapped" : "key"] = text,
            ["keySent"] = IsKeySent,
            ["before"] = Before.DeepClone(),
        };
        if (Plan.Area is { } area)
            json["area"] = new JsonArray(area.OriginLatitudeE5, area.OriginLongitudeE5);
        return json;
    }

    private static PendingUnit OfJson(JsonObject json, FleetStore fleet)
    {
        var unit = (int)json["unit"]!;
        var isWrapped = json.ContainsKey("keyWrapped");
        var key = fleet.Unprotected(unit, isWrapped, (string)json[isWrapped ? "keyWrapped" : "key"]!)
            ?? throw new FormatException("The key in it cannot be read. Its wrapping key is another one, or is not given (--wrapping-key).");
        var plan = new UnitPlan(unit, (string)json["agency"]!, (string)json["name"]!)
        {
            Area = json["area"] is JsonArray area ? new OperatingArea((int)area[0]!, (int)area[1]!) : null,
        };
        return new PendingUnit(plan, key, json["before"]!.DeepClone().AsObject()) { IsKeySent = (bool)json["keySent"]! };
    }

    private static CommandException Unreadable(string file, Exception? e) => new(
        ExitCode.Missing, "pending-unreadable", $"{file} cannot be read: {e?.Message ?? "not what this version writes."} If it is empty, no unit has got a key by it, and it can be deleted.", e);
}
