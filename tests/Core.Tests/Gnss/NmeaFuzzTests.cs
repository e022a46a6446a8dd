using BoatTelemetry.Core.Gnss;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Bytes that nobody foresaw: never an exception, never a value out of its range.</summary>
public sealed class NmeaFuzzTests(ITestOutputHelper output)
{
    private const int TotalBytes = 1_000_000;

    [Fact]
    public void Feed_AMillionRandomBytes_NeverThrows()
    {
        var random = Seed.New(output);
        var bytes = new byte[TotalBytes];
        random.NextBytes(bytes);
        Run(bytes, random);

        // The same from the characters that sentences have, with enough starts to come into every state.
        const string Alphabet = "$$$$!**,,,,,,,,....0123456789ABCDEFGPRMCGGANSLLVTGZDA\r\n-NSEW\u00FF";
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)Alphabet[random.Next(Alphabet.Length)];
        }

        Run(bytes, random);
    }

    [Fact]
    public void Feed_AMillionBytesOfSentencesWithRandomFieldsAndRightChecksums_NeverThrows()
    {
        var random = Seed.New(output);
        string[] types = ["RMC", "GGA", "GNS", "GLL", "VTG", "ZDA", "GSA", "HDT", "THS"];
        string[] fields =
        [
            "", "A", "V", "N", "S", "E", "W", "M", "D", "T", "K", "0", "1", "9", "-1", "094736", "235960.999", "240000", "060826",
            "310299", "5251.0093", "00518.8170", "9000", "18000.0000001", "99999.99999999999", "2026", "-", ".", "99999999999999",
            "2147483647", "-2147483648", "0.0000000000000000001", "AAAAAA", "NNNN", "1e9", " ",
        ];
        var text = new System.Text.StringBuilder();
        while (text.Length < TotalBytes)
        {
            var count = random.Next(0, 26);
            var body = "GP" + types[random.Next(types.Length)] + string.Concat(
                Enumerable.Range(0, count).Select(_ => "," + fields[random.Next(fields.Length)]));
            text.Append(Nmea.Sentence(body));
        }

        var sink = Run(Nmea.Bytes(text.ToString()), random);
        Assert.True(sink.Parser.Counters.SentencesUsed > 0);
        Assert.True(sink.Parser.Counters.SentencesRefused(NmeaRefusal.Number) > 0);
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Feed_LogWithMutatedBytes_NeverThrows(string name, int fixCount)
    {
        var random = Seed.New(output);
        var log = ReceiverLogs.Read(name);
        var fixes = 0;
        for (var done = 0; done < TotalBytes; done += log.Length)
        {
            var bytes = (byte[])log.Clone();
            for (var i = random.Next(100); i < bytes.Length; i += random.Next(1, 1000))
            {
                bytes[i] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(bytes[i] ^ (1 << random.Next(8)));
            }

            fixes = Run(bytes, random).Fixes;
        }

        Assert.InRange(fixes, fixCount / 20, fixCount);
    }

    private static RangeCheckingSink Run(byte[] bytes, Random random)
    {
        var sink = new RangeCheckingSink();
        var nowMs = 0L;
        for (var at = 0; at < bytes.Length;)
        {
            var count = Math.Min(random.Next(1, 300), bytes.Length - at);
            sink.Parser.Feed(bytes, at, count, nowMs);
            at += count;
            nowMs += random.Next(200);
            if (random.Next(10) == 0)
            {
                sink.Parser.Idle(nowMs);
            }
        }

        sink.Parser.Flush();
        return sink;
    }

    private sealed class RangeCheckingSink : IFixSink
    {
        public RangeCheckingSink()
        {
            Parser = new NmeaParser(Nmea.AnyDate(), this);
        }

        public NmeaParser Parser { get; }

        public int Fixes { get; private set; }

        public void OnFix(Fix fix)
        {
            Fixes++;
            Assert.InRange(fix.LatitudeE7, -900_000_000, 900_000_000);
            Assert.InRange(fix.LongitudeE7, -1_800_000_000, 1_800_000_000);
            Assert.InRange(fix.TimeOfDayMs, 0, 86_399_999);
            Assert.True(fix.SogMilliknots == Fix.Unknown || fix.SogMilliknots is >= 0 and <= 100_000);
            Assert.True(fix.CogCdeg == Fix.Unknown || fix.CogCdeg is >= 0 and < 36_000);
            Assert.True(fix.HeadingCdeg == Fix.Unknown || fix.HeadingCdeg is >= 0 and < 36_000);
        }

        public void OnRefused(Fix fix, FixRefusal reason) => Assert.NotEqual(FixRefusal.None, reason);
    }
}
