using System.Globalization;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>A run of bits of a body: what docs/FRAME-SPEC.md says of it.</summary>
/// <param name="Name">As in FRAME-SPEC.</param>
/// <param name="Bits">1 to 32; a key has 128 and is never read.</param>
/// <param name="Report">The value's name in Core's report classes, in camel case, with its unit; null where there is none.</param>
internal sealed record BodyField(string Name, int Bits, string? Report)
{
    /// <summary>The value that a code means, in the unit of <see cref="Report"/>; null is unknown.</summary>
    public Func<uint, object?> Value { get; init; } = static code => (long)code;

    /// <summary>What a code means, for people; not asked of an unknown one.</summary>
    public Func<uint, string> Meaning { get; init; } = static code => code.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the layout gives the code a meaning.</summary>
    public Func<uint, bool> Allows { get; init; } = static _ => true;

    /// <summary>What the code may be, for people.</summary>
    public string Allowed { get; init; } = "";
}

/// <summary>The kinds of field that FRAME-SPEC knows.</summary>
internal static class BodyFields
{
    private const int KeyBits = 128;

    /// <summary>All bits one: most fields' unknown.</summary>
    public static uint AllOnes(int bits) => uint.MaxValue >> (32 - bits);

    /// <summary>zero + step x code; all ones is unknown, and the code before it, or <paramref name="last"/>, is the last one.</summary>
    /// <param name="name">As in FRAME-SPEC.</param>
    /// <param name="report">The value's name in Core's reports.</param>
    /// <param name="bits">Its width.</param>
    /// <param name="unit">Behind the number, which is divided by <paramref name="divisor"/> first.</param>
    /// <param name="divisor">From the unit of the report to the one shown.</param>
    /// <param name="zero">What code 0 means.</param>
    /// <param name="step">What a code adds.</param>
    /// <param name="last">The last code that is a number; null for the one before all ones.</param>
    /// <param name="ends">Whether the last code says "or more" (<c>+</c>), or "or less" (<c>-</c>), or itself (a blank).</param>
    public static BodyField Measure(
        string name, string report, int bits, string unit, decimal divisor = 1, int zero = 0, int step = 1, uint? last = null, char ends = '+')
    {
        var unknown = AllOnes(bits);
        var most = last ?? (unknown - 1);
        return new BodyField(name, bits, report)
        {
            Value = code => code == unknown ? null : zero + ((long)step * code),
            Meaning = code => Number((zero + ((long)step * code)) / divisor) + unit + End(code == most, ends),
            Allows = code => code == unknown || code <= most,
            Allowed = $"0 to {most}, or {unknown} for unknown",
        };
    }

    /// <summary>The code is the number.</summary>
    public static BodyField Plain(string name, string report, int bits, string unit = "", string? zero = null) => new(name, bits, report)
    {
        Meaning = code => code == 0 && zero is not null ? zero : Number(code) + unit,
    };

    /// <summary>A counter; all ones is none.</summary>
    public static BodyField Counter(string name, string report) => new(name, 32, report)
    {
        Value = static code => code == uint.MaxValue ? null : (long)code,
    };

    public static BodyField Flag(string name, string report, string set, string clear) => new(name, 1, report)
    {
        Value = static code => code == 1,
        Meaning = code => code == 1 ? set : clear,
    };

    /// <summary>One of some names; code 0 may itself be called unknown.</summary>
    public static BodyField Names<T>(string name, string report, int bits)
        where T : struct, Enum
    {
        var names = Enum.GetValues<T>().ToDictionary(value => Convert.ToUInt32(value, CultureInfo.InvariantCulture), value => CamelCase(value.ToString()));
        return new BodyField(name, bits, report)
        {
            Value = code => names.GetValueOrDefault(code),
            Meaning = code => Words(names[code]),
            Allows = names.ContainsKey,
            Allowed = $"0 to {names.Keys.Max()}",
        };
    }

    /// <summary>Zero until a later version gives it a meaning.</summary>
    public static BodyField Reserved(int bits) => new("reserved", bits, null)
    {
        Value = static _ => null,
        Meaning = static _ => "zero in this version",
        Allows = static code => code == 0,
        Allowed = "0",
    };

    /// <summary>A new key: told to be there, and never shown.</summary>
    public static BodyField Key() => new("key", KeyBits, null) { Meaning = static _ => "(a key, not shown)" };

    /// <summary>Seconds since 2010.</summary>
    public static BodyField Time() => new("time", FrameTime.Bits, "utcMs")
    {
        Value = static code => code == FrameTime.Unknown ? null : FrameTime.ToUtcMs(code),
        Meaning = static code => Utc(FrameTime.ToUtcMs(code)),
    };

    /// <summary>A coordinate in steps of 1e-5 degree from an origin.</summary>
    /// <param name="name">As in FRAME-SPEC.</param>
    /// <param name="report">The value's name in Core's reports.</param>
    /// <param name="bits">Its width.</param>
    /// <param name="span">Steps from the origin on that there can be.</param>
    /// <param name="toE5">From the steps to degrees x 10^5.</param>
    /// <param name="hasUnknown">Whether all ones is unknown.</param>
    public static BodyField Coordinate(string name, string report, int bits, long span, Func<int, int> toE5, bool hasUnknown) => new(name, bits, report)
    {
        Value = code => hasUnknown && code == AllOnes(bits) ? null : (long)toE5((int)code),
        Meaning = code => Number(toE5((int)code) / 100_000m) + (report.StartsWith("lat", StringComparison.Ordinal) ? " degrees north" : " degrees east"),
        Allows = code => code < span || (hasUnknown && code == AllOnes(bits)),
        Allowed = hasUnknown ? $"0 to {span - 1}, or all ones for unknown" : $"0 to {span - 1}",
    };

    /// <summary>A number without trailing zeros.</summary>
    public static string Number(decimal value) => value.ToString("0.#####", CultureInfo.InvariantCulture);

    /// <summary>An instant, RFC 3339.</summary>
    public static string Utc(long utcMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(utcMs).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A name of an enum's member as reports have it.</summary>
    public static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>The words of such a name.</summary>
    public static string Words(string camelCase) =>
        string.Concat(camelCase.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"));

    private static string End(bool isLast, char ends) => (isLast, ends) switch
    {
        (true, '+') => " or more",
        (true, '-') => " or less",
        _ => "",
    };
}
