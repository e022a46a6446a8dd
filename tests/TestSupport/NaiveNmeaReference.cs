using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BoatTelemetry.TestSupport;

/// <summary>A fix as the reference reads it: decimals as they stand in the log, not rounded to the product's units.</summary>
public sealed record NaiveFix(
    decimal LatitudeDeg, decimal LongitudeDeg, int TimeOfDayMs, decimal? SogKn, decimal? CogDeg, DateOnly? Date);

/// <summary>
/// The documented rules of Core/Gnss written a second time, with strings, decimals and lists and without any of its
/// code: the expected result of a whole log, for the tests of the parser and for those of the whole way to the shore.
/// </summary>
/// <remarks>
/// It has the rules that real logs exercise: framing and checksums, epochs, validity, position rank, dates, VTG, and
/// time that must increase. It has none of the gate's others (earliest date, stale, too far, contradictory epochs):
/// what a log contains of these must be asserted by the test that uses it.
/// </remarks>
public static partial class NaiveNmeaReference
{
    private sealed record Sentence(string Type, string[] Fields)
    {
        public string this[int field] => field < Fields.Length ? Fields[field] : "";

        public string Time => this[Type == "GLL" ? 5 : 1];
    }

    private sealed class Epoch
    {
        public int? TimeOfDayMs { get; init; }

        public List<Sentence> Sentences { get; } = [];

        public Sentence? Vtg { get; set; }
    }

    /// <summary>The fixes of a log, in its order.</summary>
    public static IReadOnlyList<NaiveFix> Read(byte[] log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var fixes = new List<NaiveFix>();
        (DateOnly Date, int TimeOfDayMs)? dated = null;
        (Sentence Vtg, int TimeOfDayMs)? left = null;
        foreach (var epoch in Epochs(Sentences(log)))
        {
            var positions = epoch.Sentences.Where(s => s.Type != "ZDA").ToList();
            if (positions.Exists(s => !IsValid(s)))
            {
                left = null;
                continue;
            }

            if (epoch.TimeOfDayMs is not { } time)
            {
                continue;
            }

            var date = DateOf(epoch) ?? Carried(dated, time);
            dated = date is { } known ? (known, time) : dated;
            var vtg = epoch.Vtg ?? (left is { } l && Math.Abs(Step(l.TimeOfDayMs, time)) <= 2000 ? l.Vtg : null);
            var best = positions.Where(s => s.Time != "" && Position(s) is not null).MinBy(Rank);
            if (best is null)
            {
                left = epoch.Vtg is null ? left : (epoch.Vtg, time);
                continue;
            }

            left = null;
            var (latitude, longitude) = Position(best)!.Value;
            var rmc = positions.Find(s => s.Type == "RMC");
            var fix = new NaiveFix(
                latitude, longitude, time, Speed(rmc?[7]) ?? Speed(vtg?[5]), Course(rmc?[8]) ?? Course(vtg?[1]), date);
            if (fixes.Count == 0 || IsLater(fixes[^1], fix))
            {
                fixes.Add(fix);
            }
        }

        return fixes;
    }

    /// <summary>Milliseconds from one time of day to another, the shorter way round.</summary>
    private static int Step(int from, int to) => ((to - from + 129_599_999) % 86_400_000) - 43_199_999;

    private static IEnumerable<Sentence> Sentences(byte[] log)
    {
        foreach (Match match in Framed().Matches(Encoding.Latin1.GetString(log)))
        {
            var body = match.Groups["body"].Value;
            var sum = body.Aggregate(0, (a, c) => a ^ c);
            if (match.Length <= 118
                && body[0] != 'P'
                && sum == int.Parse(match.Groups["sum"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            {
                yield return new Sentence(match.Groups["type"].Value, body.Split(','));
            }
        }
    }

    private static IEnumerable<Epoch> Epochs(IEnumerable<Sentence> sentences)
    {
        Epoch? open = null;
        Sentence? next = null;
        foreach (var sentence in sentences)
        {
            if (sentence.Type == "VTG")
            {
                if (open is { Vtg: null })
                {
                    open.Vtg = sentence;
                }
                else
                {
                    next = sentence;
                }

                continue;
            }

            if (sentence.Time == "" && sentence.Type == "ZDA")
            {
                continue;
            }

            int? time = sentence.Time == "" ? null : TimeOfDayMs(sentence.Time);
            var belongs = open is not null
                && (time is null ? !open.Sentences.Exists(s => s.Type == sentence.Type) : time == open.TimeOfDayMs);
            if (!belongs)
            {
                if (open is not null)
                {
                    yield return open;
                }

                open = new Epoch { TimeOfDayMs = time, Vtg = next };
                next = null;
            }

            open!.Sentences.Add(sentence);
        }

        if (open is not null)
        {
            yield return open;
        }
    }

    private static bool IsValid(Sentence s) => s.Type switch
    {
        "RMC" => s[2] == "A" && s[12] is "" or "A" or "D" or "E" or "F" or "P" or "R",
        "GLL" => s[6] == "A" && s[7] is "" or "A" or "D" or "E" or "F" or "P" or "R",
        "GGA" => s[6] is "1" or "2" or "3" or "4" or "5" or "6",
        "GNS" => s[6].Any(c => c != 'N') && !s[6].Contains('M') && !s[6].Contains('S'),
        _ => true,
    };

    private static int Rank(Sentence s) => Array.IndexOf(["RMC", "GNS", "GGA", "GLL"], s.Type);

    private static (decimal Latitude, decimal Longitude)? Position(Sentence s)
    {
        var at = s.Type switch { "RMC" => 3, "GLL" => 1, _ => 2 };
        if (s[at] == "" || s[at + 2] == "")
        {
            return null;
        }

        return (Degrees(s[at], 2) * (s[at + 1] == "S" ? -1 : 1), Degrees(s[at + 2], 3) * (s[at + 3] == "W" ? -1 : 1));
    }

    private static decimal Degrees(string text, int digits) => Number(text[..digits]) + (Number(text[digits..]) / 60m);

    private static decimal? Speed(string? text) => string.IsNullOrEmpty(text) ? null : Number(text);

    private static decimal? Course(string? text) => string.IsNullOrEmpty(text) ? null : Number(text) % 360m;

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static int TimeOfDayMs(string text)
    {
        var seconds = Math.Min(Number(text[4..]), 59.999m);
        return (int)(1000m * ((Number(text[..2]) * 3600m) + (Number(text[2..4]) * 60m) + seconds));
    }

    private static DateOnly? DateOf(Epoch epoch)
    {
        if (epoch.Sentences.Find(s => s.Type == "RMC" && s[9] != "") is { } rmc)
        {
            return Day(int.Parse(rmc[9][4..]), int.Parse(rmc[9][2..4]), int.Parse(rmc[9][..2]));
        }

        return epoch.Sentences.Find(s => s.Type == "ZDA" && s[2] != "" && s[3] != "" && s[4] != "") is { } zda
            ? Day(int.Parse(zda[4]), int.Parse(zda[3]), int.Parse(zda[2]))
            : null;
    }

    private static DateOnly Day(int year, int month, int day) =>
        new(year >= 100 ? year : year >= 80 ? year + 1900 : year + 2000, month, day);

    private static DateOnly? Carried((DateOnly Date, int TimeOfDayMs)? dated, int timeOfDayMs)
    {
        if (dated is not { } known)
        {
            return null;
        }

        var at = known.Date.ToDateTime(TimeOnly.MinValue).AddMilliseconds(known.TimeOfDayMs);
        return DateOnly.FromDateTime(at.AddMilliseconds(Step(known.TimeOfDayMs, timeOfDayMs)));
    }

    private static bool IsLater(NaiveFix last, NaiveFix fix) => last.Date is { } a && fix.Date is { } b
        ? (b, fix.TimeOfDayMs).CompareTo((a, last.TimeOfDayMs)) > 0
        : Step(last.TimeOfDayMs, fix.TimeOfDayMs) > 0;

    [GeneratedRegex(
        @"\$(?<body>[A-Z0-9]{2}(?<type>RMC|GNS|GGA|GLL|ZDA|VTG),[ -~-[$!*]]*)\*(?<sum>[0-9A-Fa-f]{2})(?=[\r\n]|\z)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Framed();
}
