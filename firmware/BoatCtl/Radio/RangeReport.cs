using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>What a range test found, as JSON, as text and as CSV.</summary>
internal static class RangeReport
{
    private const int BarsMax = 12;

    /// <summary>One document.</summary>
    public static JsonObject Json(RangeTest test, StatusRequests requests) => new()
    {
        ["frames"] = test.Frames,
        ["live_heard"] = test.LiveHeard,
        ["live_sent"] = test.LiveSent(),
        ["ways"] = new JsonArray([.. test.Ways().Select(way => (JsonNode)Json(way))]),
        ["requests"] = new JsonArray([.. requests.Ended.Select(request => (JsonNode)new JsonObject
        {
            ["outcome"] = request.Outcome,
            ["reason"] = request.Reason.Length == 0 ? null : request.Reason,
            ["round_trip_ms"] = request.IsDone ? (long)request.RoundTrip.TotalMilliseconds : null,
        })]),
    };

    /// <summary>Tables and a plot.</summary>
    public static void Text(TextPage page, RangeTest test, StatusRequests requests)
    {
        page.Line($"{test.Frames} frames; live positions: {test.LiveHeard} heard of {test.LiveSent()} sent");
        page.Table(
            ["way", "receptions", "RSSI dBm", "SNR dB", "SF", "margin dB", "loss", "farthest"],
            test.Ways().Select(way => (IReadOnlyList<Cell>)
            [
                way.Way,
                $"{way.Points.Count}",
                Range(way.Points.Select(point => point.Reception.RssiDbm)),
                Range(way.Points.Select(point => point.Reception.SnrDb)),
                string.Join(' ', way.Points.Select(point => point.Reception.SpreadingFactor).OfType<int>().Distinct().Order()),
                Range(way.Points.Select(point => LinkMargin.Of(point.Reception))),
                way.Loss is { } loss ? string.Create(CultureInfo.InvariantCulture, $"{loss * 100:0} %") : "-",
                way.Points.Max(point => point.DistanceM) is { } farthest ? $"{farthest} m" : "-",
            ]));
        foreach (var (request, number) in requests.Ended.Select((request, i) => (request, i + 1)))
        {
            page.Line(request.IsDone
                ? new Cell(string.Create(CultureInfo.InvariantCulture, $"request {number}: done after {request.RoundTrip.TotalSeconds:0.0} s"), Tone.Good)
                : new Cell($"request {number}: {request.Outcome} {request.Reason}".TrimEnd(), Tone.Bad));
        }

        var bars = Bars(test.Points);
        if (bars.Count > 0)
            page.Bars("link margin, dB, by distance", bars);
    }

    /// <summary>A line for each reception; what is not known is empty.</summary>
    public static string Csv(int unit, RangeTest test)
    {
        var text = new StringBuilder("received,unit,id,counter,way,rssi_dbm,snr_db,spreading_factor,margin_db,lat_deg,lon_deg,distance_m\r\n");
        foreach (var point in test.Points)
        {
            text.AppendJoin(
                ',',
                point.Frame.Received.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                unit.ToString(CultureInfo.InvariantCulture),
                point.Frame.Id,
                point.Frame.Counter.ToString(CultureInfo.InvariantCulture),
                point.Reception.Way,
                Number(point.Reception.RssiDbm),
                Number(point.Reception.SnrDb),
                Number(point.Reception.SpreadingFactor),
                Number(LinkMargin.Of(point.Reception)),
                Number(point.LatitudeE5 / 100_000m),
                Number(point.LongitudeE5 / 100_000m),
                Number(point.DistanceM)).Append("\r\n");
        }

        return text.ToString();
    }

    private static JsonObject Json(WaySummary way) => new()
    {
        ["way"] = way.Way,
        ["receptions"] = way.Points.Count,
        ["rssi_dbm"] = Span(way.Points.Select(point => point.Reception.RssiDbm)),
        ["snr_db"] = Span(way.Points.Select(point => point.Reception.SnrDb)),
        ["margin_db"] = Span(way.Points.Select(point => LinkMargin.Of(point.Reception))),
        ["spreading_factors"] = new JsonArray([.. way.Points.Select(point => point.Reception.SpreadingFactor).OfType<int>().Distinct().Order().Select(factor => (JsonNode)factor)]),
        ["live_heard"] = way.LiveHeard,
        ["loss"] = way.Loss is { } loss ? Math.Round(loss, 4) : null,
        ["farthest_m"] = way.Points.Max(point => point.DistanceM),
    };

    private static JsonObject? Span(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToList();
        return known.Count == 0 ? null : new JsonObject { ["least"] = known.Min(), ["mean"] = Math.Round(known.Average(), 1), ["most"] = known.Max() };
    }

    private static string Range(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToList();
        return known.Count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{known.Min():0.#} / {known.Average():0.#} / {known.Max():0.#}");
    }

    // The mean of what was heard in each of some equal stretches.
    private static List<(string Label, double Value)> Bars(IReadOnlyList<RangePoint> points)
    {
        var known = points.Where(point => point.DistanceM is not null && LinkMargin.Of(point.Reception) is not null).ToList();
        if (known.Count == 0)
            return [];
        var stretchM = Math.Max(1, (known.Max(point => point.DistanceM!.Value) / BarsMax) + 1);
        return
        [
            .. known.GroupBy(point => point.DistanceM!.Value / stretchM).OrderBy(group => group.Key)
                .Select(group => ($"{group.Key * stretchM} m", Math.Round(group.Average(point => LinkMargin.Of(point.Reception)!.Value), 1))),
        ];
    }

    private static string Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
