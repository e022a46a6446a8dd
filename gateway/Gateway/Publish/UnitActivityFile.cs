using System.Text.Json;
using System.Text.Json.Serialization;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// What <see cref="UnitActivity"/> keeps over a restart, as a file. Written beside and moved over the old one, so that
/// it is the old or the new one after a loss of power; if it is neither, units' states begin anew and nothing else is lost.
/// </summary>
internal sealed record UnitActivityFile
{
    private const int Version = 1;

    /// <summary>Everything in the journal up to this number is in it.</summary>
    public required long Id { get; init; }

    /// <summary>When it was saved: until then the gateway listened.</summary>
    public required long SavedUtcMs { get; init; }

    public required IReadOnlyList<(int Unit, UnitActivityEntry Entry)> Units { get; init; }

    /// <summary>What is kept, or null if there is nothing, or with <paramref name="problem"/> nothing of use.</summary>
    public static UnitActivityFile? Load(string file, out string? problem)
    {
        problem = null;
        try
        {
            using var stream = File.OpenRead(file);
            var kept = JsonSerializer.Deserialize(stream, UnitActivityJson.Default.KeptUnits);
            if (kept is { Version: Version } && kept.Units.All(static unit => unit.Unit is >= 0 and <= FrameHeader.UnitMax))
                return Of(kept);
            problem = "it is of another version";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The first start.
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
        }

        return null;
    }

    /// <summary>What is to be kept of the units, apart from them.</summary>
    public static KeptUnits Copy(long id, long savedUtcMs, UnitActivityEntry?[] units)
    {
        List<KeptUnit> kept = [];
        for (var unit = 0; unit < units.Length; unit++)
        {
            if (units[unit] is { } entry)
                kept.Add(new KeptUnit(unit, entry.Live, entry.Status, entry.HeardUtcMs, entry.LiveSinceUtcMs, entry.QuietFromUtcMs, entry.IntervalMs));
        }

        return new KeptUnits(Version, id, savedUtcMs, kept);
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Save(string file, KeptUnits kept)
    {
        var beside = file + ".new";
        using (var stream = new FileStream(beside, FileMode.Create))
        {
            JsonSerializer.Serialize(stream, kept, UnitActivityJson.Default.KeptUnits);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, file, overwrite: true);
    }

    private static UnitActivityFile Of(KeptUnits kept) => new()
    {
        Id = kept.Id,
        SavedUtcMs = kept.SavedUtcMs,
        Units =
        [
            .. kept.Units.Select(static unit => (unit.Unit, new UnitActivityEntry(unit.HeardUtcMs)
            {
                Live = unit.Live,
                Status = unit.Status,
                LiveSinceUtcMs = unit.LiveSinceUtcMs,
                QuietFromUtcMs = unit.QuietFromUtcMs,
                IntervalMs = Math.Clamp(unit.IntervalMs, 1, UnitSilence.IntervalMaxMs),
            })),
        ],
    };
}

/// <summary>The file's content.</summary>
internal sealed record KeptUnits(int Version, long Id, long SavedUtcMs, IReadOnlyList<KeptUnit> Units);

/// <summary>One unit of it.</summary>
internal sealed record KeptUnit(
    int Unit, long Live, long Status, long HeardUtcMs, long LiveSinceUtcMs, long QuietFromUtcMs, int IntervalMs);

[JsonSerializable(typeof(KeptUnits))]
internal sealed partial class UnitActivityJson : JsonSerializerContext;
