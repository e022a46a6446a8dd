using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Core.Tests.Tracks;

/// <summary>Tracks of every temper: at rest, steady, turning, rough, leaping; at every latitude and across 180 degrees.</summary>
internal static class RandomTracks
{
    public static List<LogFix> Next(Random random, int fixes)
    {
        var latitude = (random.NextDouble() * 180) - 90;
        var longitude = random.Next(3) == 0 ? 179.999 : (random.NextDouble() * 360) - 180;
        var speed = random.Next(4) switch { 0 => 0.0, 1 => 3.0, 2 => 12.0, _ => 300.0 };
        var course = random.NextDouble() * Math.Tau;
        var turn = random.Next(2) * 0.05;
        var noise = random.Next(4) switch { 0 => 0.0, 1 => 1e-6, 2 => 1e-5, _ => 1e-3 };
        var minutes = random.Next(3) == 0;
        var leap = random.Next(4) == 0 ? 0.01 : 0;
        var interval = random.Next(4) switch { 0 => 1, 1 => 2, 2 => 10, _ => random.Next(1, 5000) };
        var jitter = random.Next(3) * 0.1;
        var utcS = (long)random.Next();
        var track = new List<LogFix>(fixes);
        for (var i = 0; i < fixes; i++)
        {
            course += turn * (random.NextDouble() - 0.4);
            latitude = Math.Clamp(latitude + (speed * interval * Math.Cos(course) / 111_195), -90, 90);
            longitude += speed * interval * Math.Sin(course) / 111_195 / Math.Max(0.01, Math.Cos(latitude * Math.PI / 180));
            if (random.NextDouble() < leap)
            {
                (latitude, longitude) = ((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180);
            }

            var north = E5(latitude + ((random.NextDouble() - 0.5) * noise), 9_000_000, minutes);
            var east = E5(Math.IEEERemainder(longitude + ((random.NextDouble() - 0.5) * noise), 360), 18_000_000, minutes);
            var known = random.Next(20);
            track.Add(new LogFix(utcS, north, east,
                known == 0 ? TrackBlocks.Unknown : Math.Clamp((int)(speed * 19.4) + random.Next(3), 0, 4095),
                known <= 1 ? TrackBlocks.Unknown : (int)(((course * 180 / Math.PI % 360) + 360) % 360)));
            utcS += random.NextDouble() < jitter ? random.Next(1, (2 * interval) + 2) : interval;
        }

        return track;
    }

    private static int E5(double degrees, int limit, bool minutes)
    {
        var e5 = minutes ? Math.Round(Math.Round(degrees * 60_000) * 5 / 3) : Math.Round(degrees * 100_000);
        return (int)Math.Clamp(e5, -limit, limit);
    }
}
