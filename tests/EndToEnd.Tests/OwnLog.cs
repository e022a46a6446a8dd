using System.Text;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.EndToEnd.Tests;

/// <summary>
/// A log that the project makes itself: a patrol across the equator and across midnight, from a cold start, with times
/// without a sky, other ships' sentences, binary messages and damaged bytes in between.
/// </summary>
internal static class OwnLog
{
    /// <summary>What is left at the least of <see cref="Epochs"/> after the cold start, the dropouts and the damage.</summary>
    public const int FixesMin = 2400;

    private const int Epochs = 3600;

    private static readonly PatrolRoute _acrossTheEquator = new(
        new GeoPoint(0.020, 104.500), new GeoPoint(-0.020, 104.520), new GeoPoint(0.010, 104.560));

    public static void Write(string path, int seed)
    {
        var random = new Random(seed);
        var boat = new PatrolBoat(_acrossTheEquator, seed);
        var receiver = new SimulatedReceiver(new SimulatedReceiverOptions { Seed = seed, DropoutChance = 0.002 });
        var buffer = new byte[SimulatedReceiver.EpochBytesMax];
        var start = new DateTime(2027, 5, 1, 23, 30, 0, DateTimeKind.Utc);
        using var file = File.Create(path);
        for (var i = 0; i < Epochs; i++)
        {
            boat.Step();
            var length = receiver.WriteEpoch(boat.State, start.AddSeconds(i), buffer);
            if (random.Next(20) == 0)
                buffer[random.Next(length)] ^= (byte)(1 << random.Next(7));

            file.Write(buffer, 0, length);
            if (random.Next(4) == 0)
                file.Write(Encoding.ASCII.GetBytes(NmeaText.Sentence("SDDPT,5.3,0.4,")));

            if (random.Next(10) == 0)
                file.Write(Binary(random));
        }
    }

    // A message of a receiver's own protocol: two sync bytes and anything behind, a '$' among it now and then.
    private static byte[] Binary(Random random)
    {
        var message = new byte[random.Next(8, 100)];
        random.NextBytes(message);
        message[0] = 0xB5;
        message[1] = 0x62;
        return message;
    }
}
