using BoatTelemetry.Core.Gnss;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>Whole recorded logs: the same fixes as an independent reader finds, however the bytes are cut.</summary>
public sealed class ReceiverLogTests(ITestOutputHelper output)
{
    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_Whole_GivesTheFixesOfTheIndependentReader(string name, int fixCount)
    {
        var log = ReceiverLogs.Read(name);
        var expected = NaiveNmeaReference.Read(log);
        var result = Nmea.Run(log);
        Assert.Equal(fixCount, expected.Count);
        Assert.Equal(expected.Select(Describe), result.Fixes.Select(Describe));
        Assert.Equal(fixCount, result.Counters.FixesAccepted);
        Assert.Equal(0, result.Counters.Reanchorings);
        Assert.Equal(0, result.Counters.FixesRefused(FixRefusal.ImplausiblyFar));
        Assert.Equal(0, result.Counters.FixesRefused(FixRefusal.Contradictory));
        Assert.Equal(0, result.Counters.FixesRefused(FixRefusal.Stale));
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_CutAtEveryByteOfAWindow_GivesTheSameFixes(string name, int fixCount)
    {
        const int WindowBytes = 5000;
        var log = ReceiverLogs.Read(name);
        var window = log.AsSpan(log.Length / 2, WindowBytes).ToArray();
        var expected = Hash(window, window.Length);
        Assert.True(expected.Fixes > 0 && fixCount > 0);
        for (var cut = 0; cut <= window.Length; cut++)
        {
            Assert.True(expected == Hash(window, cut), $"cut at {cut}");
        }
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_CutAtASampleOfOffsets_GivesTheSameFixes(string name, int fixCount)
    {
        var log = ReceiverLogs.Read(name);
        var expected = Hash(log, log.Length);
        Assert.Equal(fixCount, expected.Fixes);

        // What a cut can spoil is the sentence and the epoch that it is in, so a stretch around it is enough.
        const int Samples = 2_000;
        const int AroundBytes = 15_000;
        for (var i = 0; i < Samples; i++)
        {
            var cut = (int)((long)i * log.Length / Samples) + (i % 7);
            var from = Math.Max(0, cut - AroundBytes);
            var stretch = log.AsSpan(from, Math.Min(log.Length, cut + AroundBytes) - from).ToArray();
            Assert.True(Hash(stretch, stretch.Length) == Hash(stretch, Math.Min(cut - from, stretch.Length)), $"cut at {cut}");
        }
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_InChunksOfAnySize_GivesTheSameFixes(string name, int fixCount)
    {
        var log = ReceiverLogs.Read(name);
        var expected = Hash(log, log.Length);
        Assert.Equal(fixCount, expected.Fixes);
        var random = Seed.New(output);
        foreach (var chunkMax in (int[])[1, 2, 3, 16, 127, 1024])
        {
            var sink = new HashingSink();
            for (var at = 0; at < log.Length;)
            {
                var count = Math.Min(random.Next(1, chunkMax + 1), log.Length - at);
                sink.Parser.Feed(log, at, count, 0);
                at += count;
            }

            sink.Parser.Flush();
            Assert.Equal(expected, sink.Result);
        }
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_WithRandomBytesBetweenItsLines_GivesTheSameFixes(string name, int fixCount)
    {
        var log = ReceiverLogs.Read(name);
        var random = Seed.New(output);
        using var noisy = new MemoryStream();
        foreach (var b in log)
        {
            noisy.WriteByte(b);
            if (b == '\n')
            {
                // What begins like a sentence and has its type by chance would need a right checksum as well.
                var noise = new byte[random.Next(40)];
                random.NextBytes(noise);
                noisy.Write(noise);
                noisy.WriteByte(0xBA);
            }
        }

        var bytes = noisy.ToArray();
        Assert.Equal(Hash(log, 0), Hash(bytes, 0));
        Assert.Equal(fixCount, Hash(bytes, 0).Fixes);
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_WithBytesRemoved_NoPositionIsFartherOffThanTheGatePromises(string name, int fixCount)
    {
        // The gate's promise: a sentence joined from two and right by chance is off by the jump margin and a few
        // seconds of the boat's greatest speed at most. The first epochs are left whole, for it needs a history.
        const long OffMaxCm = 50_000;
        var log = ReceiverLogs.Read(name);
        var truth = NaiveNmeaReference.Read(log);
        var random = Seed.New(output);
        var (fixes, inexact) = (0, 0);
        for (var run = 0; run < 40; run++)
        {
            var bytes = WithBytesRemoved(log, random);
            foreach (var fix in Nmea.Run(bytes).Fixes)
            {
                var at = truth.MinBy(t => Math.Abs(t.TimeOfDayMs - (long)fix.TimeOfDayMs))!;
                var offCm = EarthDistance.Centimetres(
                    fix.LatitudeE7, fix.LongitudeE7, (int)(at.LatitudeDeg * 1e7m), (int)(at.LongitudeDeg * 1e7m));
                Assert.True(offCm <= OffMaxCm, $"{Describe(fix)} is off by {offCm} cm");
                fixes++;
                inexact += offCm > 300 ? 1 : 0;
            }

            if (log.Length > 1_000_000 && run == 2)
            {
                break;
            }
        }

        output.WriteLine($"{fixes} fixes, {inexact} of them more than 3 m off");
        Assert.True(fixes > fixCount);
    }

    [SharedDataTheory]
    [ClassData(typeof(ReceiverLogs))]
    public void Log_Whole_AllocatesNothing(string name, int fixCount)
    {
        var log = ReceiverLogs.Read(name);
        var sink = new HashingSink();
        sink.Parser.Feed(log, 0, log.Length, 0);
        sink.Parser.Flush();
        Assert.Equal(fixCount, sink.Result.Fixes);
        Assert.Equal(0, Allocated.Least(pass =>
        {
            sink.Parser.Feed(log, 0, log.Length, 1000 + (pass * 2000));
            sink.Parser.Idle(2000 + (pass * 2000));
            sink.Parser.Flush();
        }));
    }

    [SharedDataFact]
    public void TelitLog_TimeGoesBackAfterTheFirstFix_SecondFixIsRefused()
    {
        var result = Nmea.Run(ReceiverLogs.Read("gpsd-telit-he910.log"));
        Assert.Equal(39_113_710, result.Fixes[0].TimeOfDayMs);
        Assert.Equal(39_114_408, result.Fixes[1].TimeOfDayMs);
        Assert.Equal(1, result.Counters.FixesRefused(FixRefusal.TimeBackwards));
        Assert.Equal(37, result.Counters.FixesRefused(FixRefusal.Void));
        Assert.Equal(38, result.Refusals.Count);
    }

    [SharedDataFact]
    public void QuectelLog_BinaryBetweenItsSentences_NoSentenceIsLost()
    {
        var counters = Nmea.Run(ReceiverLogs.Read("gpsd-quectel-l76k-dual.log")).Counters;

        // RMC, GLL, VTG, ZDA and three GSA in each of 130 epochs; GGA in ten lines of their own and behind 120 binary frames.
        Assert.Equal(130 * 8, counters.SentencesUsed);
        Assert.Equal(0, counters.SentencesRefused(NmeaRefusal.ChecksumMismatch));
    }

    [SharedDataFact]
    public void SignalKGpsLog_LastLineWithoutItsEnd_IsAFixWithTheCarriedDate()
    {
        var last = Nmea.Run(ReceiverLogs.Read("signalk-gps.log")).Fixes[^1];
        Assert.Equal(((9 * 60) + 14) * 60_000 + 12_000, last.TimeOfDayMs);
        Assert.Equal(Core.Time.UtcTime.DayNumber(2014, 4, 3), last.DayNumber);
        Assert.Equal(Fix.Unknown, last.SogMilliknots);
    }

    [SharedDataFact]
    public void PlakaLog_NoDateInAnySentence_FixesHaveNoDate()
    {
        Assert.All(Nmea.Run(ReceiverLogs.Read("signalk-plaka.log")).Fixes, fix => Assert.False(fix.HasDate));
    }

    private static byte[] WithBytesRemoved(byte[] log, Random random)
    {
        using var rest = new MemoryStream();
        var at = Math.Min(24_000, log.Length / 2);
        rest.Write(log, 0, at);
        while (at < log.Length)
        {
            var keep = Math.Min(random.Next(20, 3000), log.Length - at);
            rest.Write(log, at, keep);
            at += keep + random.Next(1, random.Next(2) == 0 ? 4 : 600);
        }

        return rest.ToArray();
    }

    private static string Describe(NaiveFix fix) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{E7(fix.LatitudeDeg)} {E7(fix.LongitudeDeg)} {fix.TimeOfDayMs} {Milli(fix.SogKn, 1000)} {Milli(fix.CogDeg, 100)} {fix.Date:yyyyMMdd}");

    private static string Describe(Fix fix) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{fix.LatitudeE7} {fix.LongitudeE7} {fix.TimeOfDayMs} {Known(fix.SogMilliknots)} {Known(fix.CogCdeg)} {Date(fix):yyyyMMdd}");

    private static int E7(decimal degrees) => (int)Math.Round(degrees * 10_000_000m, MidpointRounding.AwayFromZero);

    private static int? Milli(decimal? value, int scale) =>
        value is { } known ? (int)Math.Round(known * scale, MidpointRounding.AwayFromZero) : null;

    private static int? Known(int value) => value == Fix.Unknown ? null : value;

    private static DateOnly? Date(Fix fix) => fix.HasDate ? DateOnly.FromDayNumber(719_162 + fix.DayNumber) : null;

    private static (int Fixes, long Hash) Hash(byte[] log, int cut)
    {
        var sink = new HashingSink();
        sink.Parser.Feed(log, 0, cut, 0);
        sink.Parser.Feed(log, cut, log.Length - cut, 0);
        sink.Parser.Flush();
        return sink.Result;
    }

    /// <summary>Every value of every fix in one number, so that thousands of runs can be compared.</summary>
    private sealed class HashingSink : IFixSink
    {
        private long _hash;
        private int _fixes;

        public HashingSink()
        {
            Parser = new NmeaParser(Nmea.AnyDate(), this);
        }

        public NmeaParser Parser { get; }

        public (int Fixes, long Hash) Result => (_fixes, _hash);

        public void OnFix(Fix fix)
        {
            _fixes++;
            Add(fix);
        }

        public void OnRefused(Fix fix, FixRefusal reason)
        {
            Mix((int)reason);
            Add(fix);
        }

        private void Add(Fix fix)
        {
            Mix(fix.LatitudeE7);
            Mix(fix.LongitudeE7);
            Mix(fix.TimeOfDayMs);
            Mix(fix.DayNumber);
            Mix(fix.SogMilliknots);
            Mix(fix.CogCdeg);
            Mix(fix.HeadingCdeg);
            Mix(fix.AltitudeCm);
            Mix(fix.HdopE2);
            Mix(fix.Satellites);
            Mix((int)fix.Quality);
            Mix((int)fix.Dimension);
        }

        private void Mix(int value) => _hash = unchecked((_hash * 1_000_003) + value);
    }
}
