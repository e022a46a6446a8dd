using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>How long a journal lasts at sea, and what becomes of the oldest tracks then.</summary>
public sealed class JournalCapacityTests(ITestOutputHelper output) : IDisposable
{
    private const int Unit = 77;
    private const double FixesADay = 86_400;

    private readonly SimulatedAes _aes = new([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

    public void Dispose() => _aes.Dispose();

    /// <summary>
    /// Every fix of a real log at 1 Hz, over and over, in frames of 222 B, as they are: before anything is sketched or
    /// dropped. 256 KB and 3 MB are what 4 MB and 16 MB boards leave.
    /// </summary>
    [SharedDataTheory]
    [InlineData(64, 4, 4)]
    [InlineData(64, 16, 4)]
    [InlineData(768, 4, 45)]
    [InlineData(768, 16, 45)]
    public void Journal_OfOneHertzFixes_HoldsAllOfThemForDays(int blocks, int programBytes, int daysLeast)
    {
        var fixes = NmeaLog.Read(RepositoryPaths.Shared("nmea", "signalk-plaka.log"));
        var payloads = Encode(fixes);
        var journal = new FlashJournal(new SimulatedFlash(programBytes, 4096, blocks), 0, blocks);
        var cipher = new AesCcm(_aes);
        var codec = new FrameCodec();
        var frame = new byte[FrameLimits.FrameBytesMax];
        var held = 0L;
        var counter = 0u;
        while (true)
        {
            var (count, payload) = payloads[(int)(counter % payloads.Count)];
            payload.CopyTo(frame, FrameHeader.DurableBytes);
            var length = codec.SealTrack(FrameKind.Track, payload.Length, cipher, Unit, counter++, frame, 0);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, length));
            if (journal.DroppedFrames > 0)
                break;
            held += count;
        }

        var days = held / FixesADay;
        output.WriteLine($"{blocks} blocks, programmed by {programBytes}: {held} fixes, {days:F1} days; pace {journal.Pace}, beyond it {journal.ReclaimedBeyondPace}");
        Assert.True(days >= daysLeast);
        Assert.Equal(0, journal.ReclaimedBeyondPace);
    }

    /// <summary>
    /// Three times as much as fits: nothing is dropped, and every second is still told, by its track block or within 10 m by
    /// a sketch.
    /// </summary>
    [SharedDataTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Journal_FullOfTracks_KeepsTheOldOnesAsSketches(bool tended)
    {
        var log = NmeaLog.Read(RepositoryPaths.Shared("nmea", "signalk-plaka.log"));
        var flash = new SimulatedFlash(4, 4096, 16);
        var journal = new FlashJournal(flash, 0, flash.BlockCount);
        var counters = new CounterAllocator(new MemoryCounterStore(), 8);
        var cipher = new AesCcm(_aes);
        journal.Sketcher = new TrackSketcher(cipher, null, counters, Unit);
        var codec = new FrameCodec();
        var frame = new byte[FrameLimits.FrameBytesMax];
        var lengthS = log[^1].UtcS - log[0].UtcS + 1;
        var truth = new Dictionary<long, LogFix>();
        for (var lap = 0; lap < 32; lap++)
        {
            var fixes = log.Select(fix => fix with { UtcS = fix.UtcS + (lap * lengthS) }).ToList();
            fixes.ForEach(fix => truth.Add(fix.UtcS, fix));
            foreach (var (_, payload) in Encode(fixes))
            {
                Assert.True(counters.TryNext(out var counter));
                payload.CopyTo(frame, FrameHeader.DurableBytes);
                var length = codec.SealTrack(FrameKind.Track, payload.Length, cipher, Unit, counter, frame, 0);
                Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, length));
                for (var i = 0; tended && i < 2_000 && journal.Tend(4); i++)
                {
                }
            }
        }

        var (told, worstM, sketches, sketchBytes) = Tell(journal, cipher, truth);
        output.WriteLine(
            $"{truth.Count} fixes in {journal.HeldBytes} B of {journal.CapacityBytes}; {journal.SketchedFrames} track blocks became {sketches} "
            + $"sketches of {sketchBytes} B; worst {worstM:F1} m; beyond pace {journal.ReclaimedBeyondPace}");
        Assert.True(journal.SketchedFrames > 250);
        Assert.Equal(journal.SketchedFrames, journal.DroppedFrames);
        Assert.Equal(0, journal.ReclaimedBeyondPace);
        Assert.Equal(truth.Count, told);
        Assert.InRange(worstM, 0, 10.0);
        var again = new FlashJournal(flash, 0, flash.BlockCount);
        Assert.Equal((journal.HeldFrames, journal.SketchedFrames), (again.HeldFrames, again.SketchedFrames));
    }

    /// <summary>Cut in every operation of the appends that turn track blocks into sketches: all fixes are told still.</summary>
    [SharedDataFact]
    public void Journal_PowerCutWhileSketchesReplaceTracks_TellsEveryFix()
    {
        var random = Seed.New(output);
        var log = NmeaLog.Read(RepositoryPaths.Shared("nmea", "signalk-plaka.log"));
        var lengthS = log[^1].UtcS - log[0].UtcS + 1;
        var laps = Enumerable.Range(0, 8)
            .SelectMany(lap => Encode([.. log.Select(fix => fix with { UtcS = fix.UtcS + (lap * lengthS) })])).ToList();
        var flash = new SimulatedFlash(4, 4096, 10);
        var store = new MemoryCounterStore();
        var journal = OpenWithSketcher(flash, store, out var counters);
        var next = 0;
        while (journal.HeldBytes + 250 < journal.CapacityBytes)
            Assert.Equal(JournalResult.Stored, AppendTrack(journal, counters, laps[next++].Payload));
        var copy = new SimulatedFlash(4, 4096, 10);
        var (cuts, sketched) = (0, 0);
        var survived = false;
        for (var operation = 0; !survived; operation++)
        {
            foreach (var tear in new[] { (TornWrite)random.Next(3) })
            {
                copy.CopyFrom(flash);
                var copyStore = new MemoryCounterStore { FirstUnreserved = store.FirstUnreserved };
                copy.CutPowerIn(operation, random.Next(240), tear, random.Next());
                var stored = next;
                try
                {
                    var one = OpenWithSketcher(copy, copyStore, out var ownCounters);
                    for (var i = 0; i < 3; i++, stored++)
                        Assert.Equal(JournalResult.Stored, AppendTrack(one, ownCounters, laps[stored].Payload));
                    survived = true;
                }
                catch (PowerCutException)
                {
                    cuts++;
                }

                copy.PowerOn();
                var after = OpenWithSketcher(copy, copyStore, out _);
                sketched += after.SketchedFrames > 0 ? 1 : 0;

                // A cut behind the frame's own commit leaves it there although the append did not return.
                var truth = Truth(stored);
                var withNext = survived ? truth : Truth(stored + 1);
                var told = Tell(after, new AesCcm(_aes), withNext).Told;
                Assert.True(told == truth.Count || told == withNext.Count, $"{told} fixes told, {truth.Count} or {withNext.Count} stored");
                Assert.Equal(after.SketchedFrames, after.DroppedFrames);
            }
        }

        Dictionary<long, LogFix> Truth(int blocks) =>
            Tracks.TrackBlocks.Decode(laps[..blocks].Select(block => block.Payload)).ToDictionary(fix => fix.UtcS);

        output.WriteLine($"{cuts} cuts, {sketched} of the lives after had sketches");
        Assert.True(cuts > 8 && sketched > 1);
    }

    [Fact]
    public void TrackBlocks_UnderAnotherKey_AreDroppedAsTheyAreAndCounted()
    {
        var random = Seed.New(output);
        var journal = new FlashJournal(new SimulatedFlash(4, 4096, 8), 0, 8)
        {
            Sketcher = new TrackSketcher(new AesCcm(_aes), null, new CounterAllocator(new MemoryCounterStore(), 8), Unit),
        };
        for (var counter = 0u; counter < 500; counter++)
            Assert.Equal(JournalResult.Stored, journal.Append(JournalFrames.Frame(FrameKind.Track, counter, 222, random), 0, 222));

        Assert.Equal((0, 500L), ((int)journal.SketchedFrames, journal.DroppedOf(FrameKind.Track) + journal.HeldFrames));
        Assert.False(journal.Tend(int.MaxValue));
    }

    private FlashJournal OpenWithSketcher(SimulatedFlash flash, MemoryCounterStore store, out CounterAllocator counters)
    {
        counters = new CounterAllocator(store, 8);
        return new FlashJournal(flash, 0, flash.BlockCount) { Sketcher = new TrackSketcher(new AesCcm(_aes), null, counters, Unit) };
    }

    private JournalResult AppendTrack(FlashJournal journal, CounterAllocator counters, byte[] payload)
    {
        Assert.True(counters.TryNext(out var counter));
        var frame = new byte[FrameLimits.FrameBytesMax];
        payload.CopyTo(frame, FrameHeader.DurableBytes);
        var length = new FrameCodec().SealTrack(FrameKind.Track, payload.Length, new AesCcm(_aes), Unit, counter, frame, 0);
        return journal.Append(frame, 0, length);
    }

    // How many fixes the held frames tell, and how far the drawn boat is from the true one.
    private static (int Told, double WorstM, int Sketches, int SketchBytes) Tell(
        FlashJournal journal, IFrameCipher cipher, Dictionary<long, LogFix> truth)
    {
        var told = new HashSet<long>();
        var worstM = 0.0;
        var codec = new FrameCodec();
        var sketches = new List<byte[]>();
        foreach (var (_, frame) in JournalFrames.Held(journal))
        {
            Assert.Equal(FrameRejection.None, codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink));
            Assert.Equal(FrameRejection.None, codec.Open(cipher, null));
            var payload = codec.Body[..codec.BodyBytes];
            if (codec.Header.Kind == FrameKind.Sketch)
                sketches.Add(payload);
            else
                told.UnionWith(Tracks.TrackBlocks.Decode([payload]).Select(fix => fix.UtcS));
        }

        foreach (var payload in sketches)
        {
            var vertices = Vertices(payload);
            for (var i = 0; i < vertices.Count; i++)
            {
                var (from, to) = (vertices[Math.Max(0, i - 1)], vertices[i]);
                for (var second = from.UtcS; second <= to.UtcS; second++)
                {
                    if (truth.TryGetValue(second, out var fix) && told.Add(second))
                        worstM = Math.Max(worstM, DistanceM(from, to, fix));
                }
            }
        }

        return (told.Count, worstM, sketches.Count, sketches.Sum(s => s.Length + 15));
    }

    private static List<LogFix> Vertices(byte[] payload)
    {
        var decoder = new SketchDecoder();
        var vertices = new List<LogFix>();
        var result = decoder.Open(payload, 0, payload.Length);
        while (result == SketchReadResult.Vertex && (result = decoder.Read()) == SketchReadResult.Vertex)
            vertices.Add(new LogFix(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5, 0, 0));
        Assert.Equal(SketchReadResult.End, result);
        return vertices;
    }

    private static double DistanceM(LogFix from, LogFix to, LogFix fix)
    {
        var segmentS = Math.Max(1, (int)(to.UtcS - from.UtcS));
        var elapsedS = (int)(fix.UtcS - from.UtcS);
        var latitude = Sketch.BetweenE7(from.LatitudeE5, to.LatitudeE5 - from.LatitudeE5, elapsedS, segmentS) / 1e7;
        var longitude = Sketch.BetweenE7(from.LongitudeE5, to.LongitudeE5 - from.LongitudeE5, elapsedS, segmentS) / 1e7;
        var north = (latitude - (fix.LatitudeE5 / 1e5)) * 111_195;
        var east = (longitude - (fix.LongitudeE5 / 1e5)) * 111_195 * Math.Cos(double.DegreesToRadians(latitude));
        return Math.Sqrt((north * north) + (east * east));
    }

    private static List<(int Fixes, byte[] Payload)> Encode(List<LogFix> fixes)
    {
        var decoder = new TrackDecoder();
        return [.. Tracks.TrackBlocks.Encode(fixes, FrameLimits.BodyBytesMax, withSpeed: false).Select(payload =>
        {
            decoder.Open(payload, 0, payload.Length);
            return (decoder.Fixes, payload);
        })];
    }
}
