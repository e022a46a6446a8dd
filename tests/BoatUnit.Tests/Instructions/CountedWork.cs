using System.Globalization;
using System.Reflection;
using System.Text;
using BoatTelemetry.BoatUnit.Tests.Whole;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.BoatUnit.Tests.Instructions;

/// <summary>What is counted. It runs in a <see cref="CountingContext"/>, where the counter is.</summary>
public static class CountedWork
{
    private const int Seconds = 60;

    /// <summary>A boat under way with a fix a second: mean instructions of a second's RMC and GGA, and of the sealed frame of a fix.</summary>
    public static long[] ParseAndSeal()
    {
        using var aes = new SimulatedAes(new byte[16]);
        var reporting = new Reported(new AesCcm(aes));
        var parser = new NmeaParser(new GnssOptions(), reporting);
        var bytes = Enumerable.Range(0, Seconds + 10).Select(SecondOf).ToArray();
        long before = 0;
        for (var second = 0; second < bytes.Length; second++)
        {
            if (second == 10)
            {
                before = Counted();
                reporting.Start();
            }

            parser.Feed(bytes[second], 0, bytes[second].Length, 1_000L * second);
        }

        var all = Counted() - before;
        return [(all - reporting.Instructions) / Seconds, reporting.Instructions / reporting.Frames, reporting.Frames];
    }

    /// <summary>The whole unit under way: instructions of ten minutes of its loop at its own pace, and of the longest turn.</summary>
    public static long[] Loop()
    {
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.RunS(120);
        long longest = 0;
        var before = Counted();
        for (var turn = 0; turn < 600_000 / BoatUnit.Unit.StepMs; turn++)
        {
            var start = Counted();
            bench.Unit.Step();
            longest = Math.Max(longest, Counted() - start);
            bench.Board.Advance(BoatUnit.Unit.StepMs);
        }

        return [Counted() - before, longest, bench.Unit.Reporting.Fixes.Accepted];
    }

    /// <summary>A method without a jump, ten times.</summary>
    public static long Straight()
    {
        var before = Counted();
        for (var i = 0; i < 10; i++)
            SpeedUnits.CmpsOf(i);

        return Counted() - before;
    }

    /// <summary>The whole unit under way: objects that its own code makes in an hour, and its fixes, live and durable frames in it.</summary>
    public static long[] Hour()
    {
        const int TurnMs = 50;
        using var bench = new UnitBench(new BoardSettings { Receiver = new SimulatedGnssOptions { ColdStartMs = 5_000 } });
        bench.Run(3_600_000, TurnMs);
        var radio = bench.Unit.Links.LoRa;
        var (made, fixes, sent, blocks) = (Counted(CountingAssembly.AllocationsField), bench.Unit.Reporting.Fixes.Accepted, radio.Transmitted, bench.Unit.Reporting.Track.BlocksStored);
        bench.Run(3_600_000, TurnMs);
        return
        [
            Counted(CountingAssembly.AllocationsField) - made, bench.Unit.Reporting.Fixes.Accepted - fixes, radio.Transmitted - sent,
            bench.Unit.Reporting.Track.BlocksStored - blocks,
        ];
    }

    private static long Counted(string field = CountingAssembly.InstructionsField) =>
        (long)typeof(NmeaParser).Assembly.GetType(CountingAssembly.CounterType)!.GetField(field, BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;

    // 12.3 kn due north: 6.33 m, 0.00342 of a minute, in a second.
    private static byte[] SecondOf(int second)
    {
        var clock = string.Create(CultureInfo.InvariantCulture, $"03{4 + (second / 60):00}{second % 60:00}.00");
        var latitude = string.Create(CultureInfo.InvariantCulture, $"01{9.6 + (second * 0.00342):00.0000}");
        return Encoding.ASCII.GetBytes(
            Sentence($"GNRMC,{clock},A,{latitude},N,10401.2000,E,12.30,000.0,040427,,,A")
            + Sentence($"GNGGA,{clock},{latitude},N,10401.2000,E,1,09,0.9,5.0,M,1.0,M,,"));
    }

    private static string Sentence(string body) =>
        string.Create(CultureInfo.InvariantCulture, $"${body}*{body.Aggregate(0, (sum, letter) => sum ^ letter):X2}\r\n");

    /// <summary>Every accepted fix becomes a live frame; what that takes is kept apart.</summary>
    private sealed class Reported : IFixSink, ILink, ICounterStore
    {
        private readonly LiveReporter _reporter;

        public Reported(IFrameCipher cipher)
        {
            _reporter = new LiveReporter(17, new OperatingArea(-1_200_000, 9_000_000), cipher, new CounterAllocator(this, 64), this, new UnitCondition());
        }

        public long Instructions { get; private set; }

        public int Frames { get; private set; }

        public int FrameBytesMax => FrameLimits.FrameBytesMax;

        public void Start() => (Instructions, Frames) = (0, 0);

        public void OnFix(Fix fix)
        {
            var before = Counted();
            _reporter.Report(fix);
            Instructions += Counted() - before;
        }

        public void OnRefused(Fix fix, FixRefusal reason) => throw new InvalidOperationException($"{reason}");

        public LinkResult Send(byte[] frame, int offset, int length)
        {
            Frames++;
            return LinkResult.Sent;
        }

        public bool TryLoad(out uint firstUnreserved)
        {
            firstUnreserved = 0;
            return true;
        }

        public bool TrySave(uint firstUnreserved) => true;
    }
}
