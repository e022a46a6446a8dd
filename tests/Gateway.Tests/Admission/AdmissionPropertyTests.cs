using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Admission;

/// <summary>
/// Boats that send live frames and their record, keep the record until it is acknowledged and send it again meanwhile; an air that loses, delays,
/// doubles and overtakes on the ways to several concentrators; a gateway that is started again now and then.
/// </summary>
public sealed class AdmissionPropertyTests(ITestOutputHelper output)
{
    private const int Boats = 3;
    private const int Concentrators = 3;
    private const int Rounds = 40;
    private const int StepsPerRound = 120;

    [Fact]
    public async Task RandomAirAndRestarts_JournalHasEachDurableFrameOnceAndLiveOrderHolds()
    {
        var random = Seed.New(output);
        using var sea = new Sea(random);
        await using var bench = new AdmissionBench(TestBoat.Fleet(sea.Boats.Select(boat => boat.Unit)));
        await bench.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            for (var step = 0; step < StepsPerRound; step++)
                sea.Step(bench);
            await bench.FlushAsync();
            sea.Acknowledge(bench);
            if (random.Next(4) == 0)
                await bench.RestartAsync();
        }

        // Calm: nothing is lost any more, so everything comes in the end.
        for (var round = 0; round < 100 && sea.Boats.Any(boat => boat.Held.Count > 0); round++)
        {
            sea.SendAllHeld(bench);
            await bench.FlushAsync();
            sea.Acknowledge(bench);
        }

        Assert.All(sea.Boats, boat => Assert.Empty(boat.Held));
        var records = await bench.ReadAsync();
        foreach (var boat in sea.Boats)
        {
            var ofBoat = records.Where(record => record.Frame.Unit == boat.Unit.Unit).ToList();
            var durable = ofBoat.Where(record => record.Frame.Class == FrameClass.Durable).ToList();
            Assert.Equal(boat.Made.Order(), durable.Select(record => record.Frame.Counter).Order());
            Assert.Superset(boat.Acknowledged, durable.Select(record => record.Frame.Counter).ToHashSet());
            var live = ofBoat.Where(record => record.Frame.Class == FrameClass.Live).Select(record => record.Frame.Counter).ToList();
            Assert.Equal(live.Distinct().Order(), live);
            Assert.NotEmpty(live);
            Assert.All(ofBoat, record => Assert.Equal(record.Receptions.Count, record.Receptions.Select(reception => reception.Concentrator).Distinct().Count()));
            output.WriteLine($"unit {boat.Unit.Unit}: {live.Count} live, {durable.Count} durable, {boat.Sent} transmissions");
        }

        Assert.Contains(records, record => record.Receptions.Count == Concentrators);
        Assert.Contains(bench.Commits, commit => commit.IsDuplicate);
        Assert.Equal(0, bench.Stages.Buffer.InUse);
    }

    private sealed class Boat(int unit) : IDisposable
    {
        public TestBoat Unit { get; } = new(unit);

        public SortedDictionary<uint, byte[]> Held { get; } = [];

        public HashSet<uint> Made { get; } = [];

        public HashSet<uint> Acknowledged { get; } = [];

        public uint NextLive { get; set; }

        public uint NextDurable { get; set; }

        public int Sent { get; set; }

        public void Make(Random random)
        {
            // A reset now and then loses the rest of a reservation.
            if (random.Next(20) == 0)
                NextDurable += (uint)random.Next(8);
            var counter = NextDurable++;
            Made.Add(counter);
            Held[counter] = random.Next(4) switch
            {
                0 => Unit.Track(counter, 1 + random.Next(20)),
                1 => Unit.Sketch(counter, 2 + random.Next(10)),
                2 => Unit.Event(counter),
                _ => Status(counter),
            };
        }

        private byte[] Status(uint counter)
        {
            var oldest = Held.Count > 0 ? Held.Keys.First() : counter;
            Unit.Condition.OldestHeldBack = (int)(counter - oldest);
            return Unit.Status(counter);
        }

        public void MakeStatus()
        {
            var counter = NextDurable++;
            Made.Add(counter);
            Held[counter] = Status(counter);
        }

        public void Take(DurableWindowState told)
        {
            var window = told.ToWindow();
            foreach (var counter in Held.Keys.ToList())
            {
                var behind = (long)counter - window.Base - 1;
                if (counter < window.Base || (behind is >= 0 and < Acknowledgement.BitmapBits && ((window.Bitmap << (int)behind) & 0x8000_0000) != 0))
                {
                    Held.Remove(counter);
                    Acknowledged.Add(counter);
                }
            }
        }

        public void Dispose() => Unit.Dispose();
    }

    private sealed class Sea(Random random) : IDisposable
    {
        private readonly IngestSource[] _sources = [new("a"), new("b"), new("c")];
        private readonly PriorityQueue<(byte[] Frame, int Concentrator), long> _air = new();
        private long _nowMs = 1;

        public IReadOnlyList<Boat> Boats { get; } = [.. Enumerable.Range(0, AdmissionPropertyTests.Boats).Select(i => new Boat(17 + i))];

        public void Step(AdmissionBench bench)
        {
            _nowMs += random.Next(2_000);
            var boat = Boats[random.Next(Boats.Count)];
            switch (random.Next(10))
            {
                case < 4:
                    boat.NextLive += random.Next(30) == 0 ? (uint)random.Next(5_000) : 1;
                    Send(boat, boat.Unit.Frame(boat.NextLive), isLossless: false);
                    break;
                case < 7:
                    boat.Make(random);
                    Send(boat, boat.Held.Values.Last(), isLossless: false);
                    break;
                default:
                    if (boat.Held.Count > 0)
                        Send(boat, boat.Held.Values.ElementAt(random.Next(boat.Held.Count)), isLossless: false);
                    break;
            }

            Deliver(bench, _nowMs);
        }

        public void SendAllHeld(AdmissionBench bench)
        {
            foreach (var boat in Boats)
            {
                // What a unit does when the base is a number that it does not hold.
                if (boat.Held.Count > 0)
                    boat.MakeStatus();
                foreach (var frame in boat.Held.Values)
                {
                    _nowMs += 100;
                    Send(boat, frame, isLossless: true);
                }
            }

            _nowMs += 60_000;
            Deliver(bench, _nowMs);
        }

        public void Acknowledge(AdmissionBench bench)
        {
            foreach (var boat in Boats)
            {
                // The newest acknowledgement, or an old one that was long on its way.
                var told = bench.Commits.Where(commit => commit.Frame.Unit == boat.Unit.Unit).ToList();
                if (told.Count > 0)
                    boat.Take(told[random.Next(3) == 0 ? random.Next(told.Count) : told.Count - 1].State.Durable);
            }
        }

        public void Dispose()
        {
            foreach (var boat in Boats)
                boat.Dispose();
        }

        private void Send(Boat boat, byte[] frame, bool isLossless)
        {
            boat.Sent++;
            for (var concentrator = 0; concentrator < Concentrators; concentrator++)
            {
                if (!isLossless && random.Next(3) == 0)
                    continue;
                var delayMs = random.Next(20) == 0 ? random.Next(30_000) : random.Next(1_500);
                _air.Enqueue((frame, concentrator), _nowMs + delayMs);
                if (random.Next(10) == 0)
                    _air.Enqueue((frame, concentrator), _nowMs + delayMs + random.Next(3_000));
            }
        }

        private void Deliver(AdmissionBench bench, long untilMs)
        {
            while (_air.TryPeek(out _, out var atMs) && atMs <= untilMs)
            {
                var (frame, concentrator) = _air.Dequeue();
                bench.Admit(frame, (ulong)concentrator + 1, atMs, _sources[concentrator], AdmissionBench.NowUtcMs + atMs);
            }
        }
    }
}
