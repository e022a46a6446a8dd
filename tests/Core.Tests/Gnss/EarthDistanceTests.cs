using BoatTelemetry.Core.Gnss;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Gnss;

public sealed class EarthDistanceTests(ITestOutputHelper output)
{
    private const double RadiusCm = 637_100_900;

    [Fact]
    public void Centimetres_AnyTwoPositions_AreThoseOfTheHaversine()
    {
        var random = Seed.New(output);
        var (nearWorst, farWorst) = (0.0, 0.0);
        for (var i = 0; i < 300_000; i++)
        {
            var latitude = random.Next(-900_000_000, 900_000_001);
            var longitude = random.Next(-1_800_000_000, 1_800_000_001);
            var (otherLatitude, otherLongitude) = Other(random, latitude, longitude);
            var exact = Haversine(latitude, longitude, otherLatitude, otherLongitude);
            var error = Math.Abs(EarthDistance.Centimetres(latitude, longitude, otherLatitude, otherLongitude) - exact);
            if (exact <= RadiusCm * Math.PI / 2)
            {
                nearWorst = Math.Max(nearWorst, error - (exact * 2e-8));
            }
            else
            {
                farWorst = Math.Max(farWorst, error);
            }
        }

        output.WriteLine($"worst: {nearWorst:F2} cm up to a quarter round, {farWorst:F1} cm beyond");
        Assert.InRange(nearWorst, 0, 15);
        Assert.InRange(farWorst, 0, 100_000);
    }

    [Fact]
    public void IsBeyond_AnyTwoPositions_AgreesWithTheDistance()
    {
        var random = Seed.New(output);
        for (var i = 0; i < 200_000; i++)
        {
            var latitude = random.Next(-900_000_000, 900_000_001);
            var longitude = random.Next(-1_800_000_000, 1_800_000_001);
            var (otherLatitude, otherLongitude) = Other(random, latitude, longitude);
            var distance = EarthDistance.Centimetres(latitude, longitude, otherLatitude, otherLongitude);
            var limit = (long)(distance * random.NextDouble() * 2) + 20;
            if (Math.Abs(limit - distance) > 10)
            {
                Assert.Equal(
                    distance > limit, EarthDistance.IsBeyond(latitude, longitude, otherLatitude, otherLongitude, limit));
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(900_000_000, 0, 900_000_000, 1_234_567_890, 0)]
    [InlineData(0, 1_800_000_000, 0, -1_800_000_000, 0)]
    [InlineData(0, 1_799_999_000, 0, -1_799_999_000, 2_224)]
    [InlineData(900_000_000, 0, -900_000_000, 0, 2_001_511_504)]
    [InlineData(0, -900_000_000, 0, 900_000_000, 2_001_511_504)]
    [InlineData(0, 0, 10_000_000, 0, 11_119_508)]
    public void Centimetres_PolesDateLineAndAntipodes_AreRight(int lat, int lon, int otherLat, int otherLon, long expectedCm)
    {
        Assert.InRange(EarthDistance.Centimetres(lat, lon, otherLat, otherLon), expectedCm - 5, expectedCm + 5);
        Assert.InRange(EarthDistance.Centimetres(otherLat, otherLon, lat, lon), expectedCm - 5, expectedCm + 5);
    }

    /// <summary>Anywhere, or within 10^-7 to 10 degrees, so that every size of distance occurs.</summary>
    private static (int Latitude, int Longitude) Other(Random random, int latitude, int longitude)
    {
        if (random.Next(3) == 0)
        {
            return (random.Next(-900_000_000, 900_000_001), random.Next(-1_800_000_000, 1_800_000_001));
        }

        var reach = Math.Pow(10, random.NextDouble() * 8);
        var otherLongitude = longitude + (long)((random.NextDouble() - 0.5) * 2 * reach);
        otherLongitude += otherLongitude > 1_800_000_000 ? -3_600_000_000 : otherLongitude < -1_800_000_000 ? 3_600_000_000 : 0;
        var otherLatitude = Math.Clamp(latitude + ((random.NextDouble() - 0.5) * 2 * reach), -900_000_000, 900_000_000);
        return ((int)otherLatitude, (int)otherLongitude);
    }

    private static double Haversine(int latitude, int longitude, int otherLatitude, int otherLongitude)
    {
        double Radians(double e7) => e7 * 1e-7 * Math.PI / 180;
        var north = Math.Sin(Radians((double)latitude - otherLatitude) / 2);
        var east = Math.Sin(Radians((double)longitude - otherLongitude) / 2);
        var h = (north * north) + (Math.Cos(Radians(latitude)) * Math.Cos(Radians(otherLatitude)) * east * east);
        return 2 * RadiusCm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
