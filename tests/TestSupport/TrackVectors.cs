using System.Text.Json.Nodes;

namespace BoatTelemetry.TestSupport;

/// <summary>A track block of tests/Vectors/tracks.json.</summary>
public sealed record TrackVector(string Name, bool WithSpeed, byte[] Payload, IReadOnlyList<LogFix> Points)
{
    public override string ToString() => Name;
}

/// <summary>A payload that is no track, and why.</summary>
public sealed record RejectedTrackVector(string Name, string Reason, byte[] Payload);

/// <summary>A sketch of tests/Vectors/tracks.json.</summary>
public sealed record SketchVector(string Name, int BoundM, byte[] Payload, IReadOnlyList<LogFix> Fixes, IReadOnlyList<LogFix> Vertices);

/// <summary>tests/Vectors/tracks.json; the format stands in tests/Vectors/README.md.</summary>
public static class TrackVectors
{
    private const int Unknown = int.MinValue;

    private static readonly JsonObject Document =
        JsonNode.Parse(File.ReadAllText(RepositoryPaths.InRepository("tests", "Vectors", "tracks.json")))!.AsObject();

    public static IReadOnlyList<TrackVector> Tracks { get; } = List("tracks", json =>
        new TrackVector((string)json["name"]!, (bool)json["withSpeed"]!, Payload(json), Points(json["points"]!)));

    public static IReadOnlyList<RejectedTrackVector> RejectedTracks { get; } = List("rejectedTracks", json =>
        new RejectedTrackVector((string)json["name"]!, (string)json["reason"]!, Payload(json)));

    public static IReadOnlyList<SketchVector> Sketches { get; } = List("sketches", json => new SketchVector(
        (string)json["name"]!, (int)json["boundM"]!, Payload(json), Points(json["fixes"]!), Points(json["vertices"]!)));

    private static List<T> List<T>(string section, Func<JsonNode, T> read) => [.. Document[section]!.AsArray().Select(json => read(json!))];

    private static byte[] Payload(JsonNode json) => Convert.FromHexString((string)json["payload"]!);

    private static List<LogFix> Points(JsonNode json) => [.. json.AsArray().Select(point => Point(point!.AsArray()))];

    private static LogFix Point(JsonArray point) => new(
        (long)point[0]!, (int)point[1]!, (int)point[2]!, Value(point, 3), Value(point, 4));

    private static int Value(JsonArray point, int index) => index < point.Count && point[index] is { } value ? (int)value : Unknown;
}
