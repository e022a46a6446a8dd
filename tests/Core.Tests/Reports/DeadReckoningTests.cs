using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class DeadReckoningTests(ITestOutputHelper output)
{
    [Fact]
    public void Extrapolate_RandomFrames_AgreesWithDoubleArithmetic()
    {
        var random = Seed.New(output);
        var reckoning = new DeadReckoning();
        var worst = 0.0;
        for (var i = 0; i < 20_000; i++)
        {
            var told = new LivePosition
            {
                LatitudeE5 = random.Next(-6_000_000, 6_000_001), LongitudeE5 = random.Next(-18_000_000, 18_000_000),
                SecondOfDay = random.Next(86_400), SogDeciknots = random.Next(7, 400), CogDeg = random.Next(360), Movement = Movement.UnderWay,
            };
            var elapsedMs = random.Next(0, 600_000);
            reckoning.Start(told);
            reckoning.Extrapolate((int)(((told.SecondOfDay * 1000L) + elapsedMs) % 86_400_000));
            var (latitude, longitude) = Shore.Extrapolate(told, elapsedMs / 1000.0);
            var wayM = told.SogDeciknots * 0.1 * 1852 / 3600 * elapsedMs / 1000;
            var errorM = Shore.Metres(latitude, longitude, reckoning.LatitudeE7 / 1e7, reckoning.LongitudeE7 / 1e7);
            worst = Math.Max(worst, errorM);

            // Cosines of 12 bits: 1/4096 of the way at the worst for the course, and 3/4096 more at 60 degrees of latitude for the east.
            Assert.True(errorM < 1.0 + (wayM * 0.0022), $"{errorM:F2} m after {wayM:F0} m at {told.LatitudeE5} on {told.CogDeg}");
        }

        output.WriteLine($"worst {worst:F2} m");
    }

    [Fact]
    public void Extrapolate_AtRestOrUnknown_StaysWhereItIs()
    {
        var reckoning = new DeadReckoning();
        var told = new LivePosition { LatitudeE5 = 100, LongitudeE5 = 200, SogDeciknots = 6, CogDeg = 0, Movement = Movement.Stationary };
        reckoning.Start(told);
        reckoning.Extrapolate(3_600_000);
        Assert.Equal((10_000, 20_000), (reckoning.LatitudeE7, reckoning.LongitudeE7));
        (told.SogDeciknots, told.CogDeg, told.Movement) = (60, Fix.Unknown, Movement.UnderWay);
        reckoning.Start(told);
        reckoning.Extrapolate(3_600_000);
        Assert.Equal((10_000, 20_000), (reckoning.LatitudeE7, reckoning.LongitudeE7));
    }

    [Fact]
    public void Extrapolate_BeyondTheHorizon_GoesNoFarther()
    {
        var reckoning = new DeadReckoning();
        reckoning.Start(new LivePosition { SogDeciknots = 100, CogDeg = 0, Movement = Movement.UnderWay });
        reckoning.Extrapolate(3_600_000);
        var north = reckoning.LatitudeE7;
        reckoning.Extrapolate(7_200_000);
        Assert.Equal(north, reckoning.LatitudeE7);
        Assert.InRange(north, 1_665_000, 1_666_100); // 10 nautical miles of 1852 m on a sphere of 6,371,009 m.
    }

    [Fact]
    public void Extrapolate_AcrossThe180thMeridianAndMidnight_GoesOn()
    {
        var reckoning = new DeadReckoning();
        reckoning.Start(new LivePosition
        {
            LongitudeE5 = 17_999_900, SecondOfDay = 86_399, SogDeciknots = 200, CogDeg = 90, Movement = Movement.UnderWay,
        });
        reckoning.Extrapolate(59_000);
        Assert.InRange(reckoning.LongitudeE7, -1_799_955_000, -1_799_953_000);
    }
}

/// <summary>The shore's rule of docs/reporting.md, in double arithmetic and apart from the unit's code.</summary>
internal static class Shore
{
    private const double RadiusM = 6_371_009;

    public static (double Latitude, double Longitude) Extrapolate(LivePosition told, double seconds)
    {
        var (latitude, longitude) = (told.LatitudeE5 / 1e5, told.LongitudeE5 / 1e5);
        var moves = told.Movement is Movement.UnderWay or Movement.Fast && told.SogDeciknots != Fix.Unknown && told.CogDeg != Fix.Unknown;
        if (!moves)
            return (latitude, longitude);
        var wayM = told.SogDeciknots * 0.1 * 1852 / 3600 * Math.Clamp(seconds, 0, 3600);
        var course = told.CogDeg * Math.PI / 180;
        var north = wayM * Math.Cos(course) / RadiusM * 180 / Math.PI;
        var middle = (latitude + (north / 2)) * Math.PI / 180;
        var east = wayM * Math.Sin(course) / RadiusM * 180 / Math.PI / Math.Cos(middle);
        return (latitude + north, longitude + east);
    }

    public static double Metres(double latitude, double longitude, double otherLatitude, double otherLongitude)
    {
        var (a, b) = (latitude * Math.PI / 180, otherLatitude * Math.PI / 180);
        var (north, east) = (Math.Sin((b - a) / 2), Math.Sin((otherLongitude - longitude) * Math.PI / 360));
        return 2 * RadiusM * Math.Asin(Math.Sqrt((north * north) + (Math.Cos(a) * Math.Cos(b) * east * east)));
    }
}
