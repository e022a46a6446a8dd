using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BoatTelemetry.TestSupport;

/// <summary>One entry of tests/Vectors/frames.json; the format stands in tests/Vectors/README.md.</summary>
public sealed class FrameVector(JsonObject json)
{
    public JsonObject Json { get; } = json;

    public string Name => (string)Json["name"]!;

    public int Kind => (int)Json["kind"]!;

    public int Flags => (int?)Json["flags"] ?? 0;

    public int Unit => (int)Json["unit"]!;

    public uint Counter => (uint)Json["counter"]!;

    public bool IsUplink => (string)Json["direction"]! == "up";

    public string Key => (string)Json["key"]!;

    public int OriginLatitudeE5 => (int)Json["area"]!["originLatitudeE5"]!;

    public int OriginLongitudeE5 => (int)Json["area"]!["originLongitudeE5"]!;

    /// <summary>What the report says; empty for a track.</summary>
    public JsonObject Fields => Json["fields"]?.AsObject() ?? [];

    /// <summary>The body before sealing, hex.</summary>
    public string Body => (string)Json["body"]!;

    /// <summary>The frame on air, hex.</summary>
    public string Frame => (string)Json["frame"]!;

    /// <summary>In the list of bad frames: the reason.</summary>
    public string Rejection => (string)Json["rejection"]!;

    /// <summary>What a receiver reads: the fields, and where rounding or a limit changed one, what became of it.</summary>
    public JsonObject ExpectedFields()
    {
        var result = Fields.DeepClone().AsObject();
        foreach (var (name, value) in Json["decoded"]?.AsObject() ?? [])
        {
            result[name] = value?.DeepClone();
        }

        return result;
    }

    public override string ToString() => Name;
}

/// <summary>tests/Vectors/frames.json.</summary>
public static class FrameVectors
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string FilePath { get; } = RepositoryPaths.InRepository("tests", "Vectors", "frames.json");

    public static JsonObject Document { get; } = JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject();

    /// <summary>Frames that are to be accepted.</summary>
    public static IReadOnlyList<FrameVector> Good { get; } = ListOf("frames");

    /// <summary>Frames that are to be rejected.</summary>
    public static IReadOnlyList<FrameVector> Bad { get; } = ListOf("rejected");

    public static FrameVector GoodOne(string name) => Good.Single(vector => vector.Name == name);

    public static FrameVector BadOne(string name) => Bad.Single(vector => vector.Name == name);

    /// <summary>
    /// Fills in what follows from the inputs, by <see cref="ReferencePacker"/> alone: body, decoded and frame of the
    /// good ones, frame of the bad ones that have a body.
    /// </summary>
    public static string Recomputed()
    {
        var document = Document.DeepClone().AsObject();
        foreach (var vector in document["frames"]!.AsArray().Select(node => new FrameVector(node!.AsObject())))
        {
            FillGood(vector);
        }

        foreach (var vector in document["rejected"]!.AsArray().Select(node => new FrameVector(node!.AsObject())))
        {
            if (vector.Json["body"] is not null)
            {
                vector.Json.Remove("frame");
                vector.Json["frame"] = BadFrame(vector);
            }
        }

        return document.ToJsonString(Written) + "\n";
    }

    // What the sender did otherwise than the receiver expects stands in "sealedWith"; "turnedBit" was turned on air.
    private static string BadFrame(FrameVector vector)
    {
        var sender = vector.Json.DeepClone().AsObject();
        foreach (var (name, value) in vector.Json["sealedWith"]?.AsObject() ?? [])
        {
            sender[name] = value?.DeepClone();
        }

        var frame = Convert.FromHexString(ReferencePacker.Frame(new FrameVector(sender), vector.Body));
        if ((int?)vector.Json["turnedBit"] is { } bit)
        {
            frame[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        }

        return Convert.ToHexString(frame);
    }

    private static void FillGood(FrameVector vector)
    {
        vector.Json["body"] = ReferencePacker.Body(vector);
        vector.Json.Remove("decoded");
        if (vector.Kind is not (3 or 4))
        {
            var changed = new JsonObject(ReferencePacker.Decoded(vector)
                .Where(field => !JsonNode.DeepEquals(field.Value, vector.Fields[field.Key]))
                .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
            if (changed.Count > 0)
            {
                vector.Json["decoded"] = changed;
            }
        }

        vector.Json.Remove("frame");
        vector.Json["frame"] = ReferencePacker.Frame(vector, vector.Body);
    }

    private static FrameVector[] ListOf(string name) =>
        [.. Document[name]!.AsArray().Select(node => new FrameVector(node!.AsObject()))];
}
