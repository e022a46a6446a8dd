using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Links;

/// <summary>
/// Random load, resets and power cuts at any byte of any write against a reference that only knows what was on air:
/// when each transmission began and ended, in microseconds of true time.
/// </summary>
public sealed class AirtimeVoyageTests(ITestOutputHelper output)
{
    private const long HourUs = 3_600_000_000;

    [Theory]
    [InlineData("AS923-2", 36_000_000)]
    [InlineData("EU868", 36_000_000)]
    public void TryCharge_RandomLoadAndPowerCuts_NoHourIsEverOverTheLimit(string region, long limitUs)
    {
        var random = Seed.New(output);
        long worst = 0;
        var (sent, lives, refused) = (0, 0, 0L);
        for (var voyage = 0; voyage < 30; voyage++)
        {
            var run = new Voyage(region, random, forgets: false);
            run.Sail(TimeSpan.FromHours(8));
            worst = Math.Max(worst, run.WorstHourUs());
            (sent, lives, refused) = (sent + run.Sent, lives + run.Lives, refused + run.Refused);
        }

        output.WriteLine($"{region}: {sent} transmissions in {lives} lives, {refused} refused; the fullest hour {worst} us of {limitUs}");
        Assert.InRange(worst, limitUs * 9 / 10, limitUs);
        Assert.True(lives > 200);
    }

    /// <summary>The reference finds a ledger that a reset refills, so its silence above means something.</summary>
    [Fact]
    public void WorstHourUs_LedgerThatForgets_IsFound()
    {
        var random = Seed.New(output);
        long worst = 0;
        for (var voyage = 0; voyage < 5; voyage++)
        {
            var run = new Voyage("AS923-2", random, forgets: true);
            run.Sail(TimeSpan.FromHours(8));
            worst = Math.Max(worst, run.WorstHourUs());
        }

        Assert.True(worst > 36_000_000, $"{worst} us");
    }

    private sealed class Voyage(string region, Random random, bool forgets)
    {
        private readonly Region _region = Regions.Find(region);
        private readonly List<(long Start, long End, int SubBand)> _air = [];
        private readonly RadioSettings _settings = new() { PowerDbm = 10 };
        private SimulatedFlash _flash = new(4, 512, 4, cached: random.Next(2) == 0);
        private long _trueMs = 1_000_000;

        public int Sent => _air.Count;

        public int Lives { get; private set; }

        public long Refused { get; private set; }

        public void Sail(TimeSpan length)
        {
            var end = _trueMs + (long)length.TotalMilliseconds;
            while (_trueMs < end)
            {
                Lives++;
                try
                {
                    Live(_trueMs + random.Next(1_000, random.Next(3) == 0 ? 7_200_000 : 900_000));
                }
                catch (PowerCutException)
                {
                    // The next life begins.
                }

                _flash.PowerOn();
                if (forgets)
                    _flash = new SimulatedFlash(4, 512, 4);
                _trueMs += random.Next(0, random.Next(4) == 0 ? 2_000_000 : 5_000);
            }
        }

        public long WorstHourUs()
        {
            long worst = 0;
            foreach (var band in _air.GroupBy(entry => entry.SubBand).Select(group => group.OrderBy(entry => entry.Start).ToArray()))
            {
                for (var i = 0; i < band.Length; i++)
                {
                    // The fullest hour begins where a transmission begins, or ends where one ends.
                    worst = Math.Max(worst, UsedIn(band, i, -1, band[i].End - HourUs, band[i].End));
                    worst = Math.Max(worst, UsedIn(band, i, 1, band[i].Start, band[i].Start + HourUs));
                }
            }

            return worst;
        }

        private static long UsedIn((long Start, long End, int SubBand)[] band, int from, int step, long begin, long end)
        {
            long used = 0;
            for (var i = from; i >= 0 && i < band.Length; i += step)
            {
                var overlap = Math.Min(band[i].End, end) - Math.Max(band[i].Start, begin);
                if (overlap <= 0 && i != from)
                    break;
                used += Math.Max(0, overlap);
            }

            return used;
        }

        private void Live(long untilMs)
        {
            // The clock of a life begins anywhere; what passed while off is nowhere.
            var offset = _trueMs - random.Next(0, 100_000);
            if (random.Next(2) == 0)
                _flash.CutPowerIn(random.Next(120), random.Next(70), (TornWrite)random.Next(3), random.Next());
            var budget = new AirtimeBudget(_region, _flash, 0, 4, new AirtimeOptions());
            budget.Start(_trueMs - offset);
            var pace = random.Next(1_000, random.Next(2) == 0 ? 4_000 : 60_000);
            while (_trueMs < untilMs)
            {
                budget.Poll(_trueMs - offset);
                _settings.FrequencyHz = _region.ChannelsHz[random.Next(_region.ChannelsHz.Length)];
                _settings.SpreadingFactor = random.Next(7, 11);
                var bytes = random.Next(16, 25);
                var purpose = (AirtimePurpose)random.Next(3);
                if (budget.TryCharge(_settings, bytes, purpose, _trueMs - offset) == AirtimeRefusal.None)
                    Transmit(budget, bytes);
                else
                    Refused++;
                _trueMs += random.Next(1, pace);
            }
        }

        private void Transmit(AirtimeBudget budget, int bytes)
        {
            if (random.Next(20) == 0)
            {
                budget.TakeBack();
                return;
            }

            var start = (_trueMs * 1_000) + random.Next(0, 900_000);
            var end = start + TimeOnAir.FrameUs(_settings.SpreadingFactor, 125_000, 5, 8, bytes);
            _air.Add((start, end, _region.SubBandOf(_settings.FrequencyHz, 125_000)));
            _trueMs = (end / 1_000) + 1;
        }
    }
}
