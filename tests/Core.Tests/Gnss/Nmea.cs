using System.Text;
using BoatTelemetry.Core.Gnss;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Makes sentences and runs them through a parser.</summary>
internal static class Nmea
{
    public const int Day20260806 = 20_671;

    /// <summary>"GPRMC,..." with '$', checksum and line's end.</summary>
    public static string Sentence(string body) => $"${body}*{Checksum(body):X2}\r\n";

    public static string Sentences(params string[] bodies) => string.Concat(bodies.Select(Sentence));

    public static int Checksum(string body) => Encoding.Latin1.GetBytes(body).Aggregate(0, (a, b) => a ^ b);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Options for logs of years past.</summary>
    public static GnssOptions AnyDate() => new() { EarliestDayNumber = 0, AheadMaxMs = 0 };

    /// <summary>Feeds the text at one instant and ends it.</summary>
    public static RecordingSink Run(string text, GnssOptions? options = null) => Run(Bytes(text), options);

    public static RecordingSink Run(byte[] bytes, GnssOptions? options = null)
    {
        var sink = new RecordingSink(options ?? AnyDate());
        sink.Parser.Feed(bytes, 0, bytes.Length, 0);
        sink.Parser.Flush();
        return sink;
    }

    /// <summary>RMC at hhmmss (with fraction), position in degrees x 10^7 that are whole 10^-5 minutes.</summary>
    public static string Rmc(string time, double latitude, double longitude, string date = "060826", string status = "A") =>
        Sentence($"GPRMC,{time},{status},{Position(latitude, longitude)},5.6,230.5,{date},,,A");

    public static string Gga(string time, double latitude, double longitude, int quality = 1) =>
        Sentence($"GPGGA,{time},{Position(latitude, longitude)},{quality},12,0.60,-4,M,46.8,M,,");

    public static string Gll(string time, double latitude, double longitude, string status = "A") =>
        Sentence($"GPGLL,{Position(latitude, longitude)},{time},{status},A");

    public static string Position(double latitude, double longitude) =>
        $"{Coordinate(latitude, "00")},{(latitude < 0 ? 'S' : 'N')},{Coordinate(longitude, "000")},{(longitude < 0 ? 'W' : 'E')}";

    private static string Coordinate(double degrees, string form)
    {
        var minutes = Math.Round(Math.Abs(degrees) * 60, 5);
        return Math.Floor(minutes / 60).ToString(form) + (minutes % 60).ToString("00.00000");
    }
}

/// <summary>Keeps what a parser hands over.</summary>
internal sealed class RecordingSink : IFixSink
{
    public RecordingSink(GnssOptions options)
    {
        Parser = new NmeaParser(options, this);
    }

    public NmeaParser Parser { get; }

    public GnssCounters Counters => Parser.Counters;

    public List<Fix> Fixes { get; } = [];

    public List<FixRefusal> Refusals { get; } = [];

    public Fix Only => Assert.Single(Fixes);

    public void Feed(string text, long nowMonotonicMs)
    {
        var bytes = Nmea.Bytes(text);
        Parser.Feed(bytes, 0, bytes.Length, nowMonotonicMs);
    }

    public void OnFix(Fix fix) => Fixes.Add(Copy(fix));

    public void OnRefused(Fix fix, FixRefusal reason) => Refusals.Add(reason);

    private static Fix Copy(Fix fix)
    {
        var copy = new Fix();
        copy.CopyFrom(fix);
        return copy;
    }
}
