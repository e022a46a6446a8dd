using System.Reflection;
using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatCtl.Tests.Decode;

/// <summary>What Core's codec read, by the names and units that explanations use: by reflection, so that no field is left out.</summary>
internal static class CoreReports
{
    public static Dictionary<string, string?> Of(FrameCodec codec, FrameKind kind)
    {
        object report = kind switch
        {
            FrameKind.LiveArea or FrameKind.LiveWorld => codec.Position,
            FrameKind.Event => codec.Event,
            FrameKind.Status => codec.Status,
            FrameKind.Acknowledgement => codec.Acknowledgement,
            _ => codec.Command,
        };
        var fields = report.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance);
        return fields.ToDictionary(field => Camel(field.Name), field => Text(report, field.GetValue(report)!), StringComparer.Ordinal);
    }

    /// <summary>An explained value in the same form.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        string[] names => string.Join(',', names),
        bool flag => flag ? "true" : "false",
        JsonArray array => string.Join(',', array.Select(item => (string?)item)),
        JsonValue node when node.TryGetValue<bool>(out var flag) => flag ? "true" : "false",
        _ => value.ToString(),
    };

    private static string? Text(object report, object value) => value switch
    {
        Fix.Unknown or UtcTime.Unknown => null,
        uint.MaxValue when report is StatusReport => null,
        UnitFaults faults => string.Join(
            ',', Enum.GetValues<UnitFaults>().Where(fault => fault != UnitFaults.None && faults.HasFlag(fault)).OrderDescending().Select(fault => Camel(fault.ToString()))),
        Enum name => Camel(name.ToString()),
        _ => Text(value),
    };

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
