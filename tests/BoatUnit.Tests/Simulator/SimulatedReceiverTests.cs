using System.Globalization;
using System.Text;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Simulator;

public sealed class SimulatedReceiverTests(ITestOutputHelper output)
{
    private static readonly DateTime _start = new(2027, 3, 31, 23, 59, 30, DateTimeKind.Utc);

    [Fact]
    public void Sentence_PublishedExample_HasItsChecksum()
    {
        // The example of the NMEA 0183 standard's own text, reprinted in every receiver's manual.
        const string expected = "$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n";

        Assert.Equal(expected, NmeaText.Sentence("GPGLL,4916.45,N,12311.12,W,225444,A"));
    }

    [Theory]
    [InlineData(1.5, 104.25, "0130.00000,N,10415.00000,E")]
    [InlineData(-0.000001, -0.5, "0000.00006,S,00030.00000,W")]
    [InlineData(0.99999999999, 179.99999999999, "0100.00000,N,18000.00000,E")]
    public void Position_AnyHemisphere_IsDegreesAndMinutes(double latitude, double longitude, string expected) =>
        Assert.Equal(expected, NmeaText.Position(new GeoPoint(latitude, longitude)));

    [Fact]
    public void WriteEpoch_ColdStart_VoidSentencesThenPositionsNearTheTruth()
    {
        var seed = Seed.New(output).Next();
        var sink = new Sink();
        var parser = new NmeaParser(new GnssOptions(), sink);
        var receiver = new SimulatedReceiver(new SimulatedReceiverOptions { Seed = seed });
        var boat = new PatrolBoat(PatrolRoute.RiauIslands, seed);
        var uart = new SimulatedUart(9600, seed);
        var epoch = new byte[SimulatedReceiver.EpochBytesMax];
        var truth = new Dictionary<int, BoatState>();
        for (var second = 0; second < 3600; second++)
        {
            boat.Step();
            var utc = _start.AddSeconds(second);
            truth[(int)utc.TimeOfDay.TotalMilliseconds] = boat.State;
            var length = receiver.WriteEpoch(boat.State, utc, epoch);
            for (int from = 0, to; from < length; from = to)
            {
                to = uart.NextEnd(from, length);
                parser.Feed(epoch, from, to - from, (second * 1000L) + uart.ArrivalMs(to));
            }
        }

        parser.Flush();
        Assert.Equal(26, receiver.VoidEpochs);
        Assert.Equal(3600 - 26, sink.Fixes.Count);
        Assert.All(sink.Fixes, fix =>
        {
            var state = truth[fix.TimeOfDayMs];
            var position = new GeoPoint(fix.LatitudeE7 / 1e7, fix.LongitudeE7 / 1e7);
            Assert.InRange(position.DistanceToM(state.Position), 0, 15);
            Assert.Equal(state.SpeedKn * 1000, fix.SogMilliknots, 400.0);
        });
        Assert.True(sink.Fixes.Average(fix => new GeoPoint(fix.LatitudeE7 / 1e7, fix.LongitudeE7 / 1e7)
            .DistanceToM(truth[fix.TimeOfDayMs].Position)) > 0.5, "a receiver without any error is not plausible");
    }

    [Fact]
    public void WriteEpoch_Dropouts_PositionsStopAndComeBack()
    {
        var receiver = new SimulatedReceiver(
            new SimulatedReceiverOptions { Seed = Seed.New(output).Next(), ColdStartEpochs = 0, DropoutChance = 0.01 });
        var state = new BoatState(new GeoPoint(1, 104), 10, 90);
        var buffer = new byte[SimulatedReceiver.EpochBytesMax];
        var changes = 0;
        var wasVoid = false;
        for (var second = 0; second < 10_000; second++)
        {
            var text = Encoding.ASCII.GetString(buffer, 0, receiver.WriteEpoch(state, _start.AddSeconds(second), buffer));
            var isVoid = text.Contains(",V,", StringComparison.Ordinal);
            changes += isVoid != wasVoid ? 1 : 0;
            wasVoid = isVoid;
        }

        Assert.InRange(changes, 40, 400);
        Assert.InRange(receiver.VoidEpochs, 200, 2500);
    }

    [Fact]
    public void WriteEpoch_StoppedBoat_CourseFieldIsEmpty()
    {
        var receiver = new SimulatedReceiver(new SimulatedReceiverOptions { ColdStartEpochs = 0 });
        var buffer = new byte[SimulatedReceiver.EpochBytesMax];
        var length = receiver.WriteEpoch(new BoatState(new GeoPoint(1, 104), 0, 90), _start, buffer);
        var rmc = Encoding.ASCII.GetString(buffer, 0, length).Split('\n')[1].Split(',');

        Assert.Equal(string.Empty, rmc[8]);
        Assert.InRange(double.Parse(rmc[7], CultureInfo.InvariantCulture), 0, 0.3);
    }

    private sealed class Sink : IFixSink
    {
        public List<Fix> Fixes { get; } = [];

        public void OnFix(Fix fix)
        {
            var copy = new Fix();
            copy.CopyFrom(fix);
            Fixes.Add(copy);
        }

        public void OnRefused(Fix fix, FixRefusal reason)
        {
            // The counts of fixes and of void epochs tell.
        }
    }
}
