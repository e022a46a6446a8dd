using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Reports;

public sealed class GeofenceTests(ITestOutputHelper output) : IGeofenceSink
{
    private readonly List<(int Fence, bool Inside)> _crossed = [];

    [Fact]
    public void Update_NoFenceUnderANumber_LeavesTheOthersTheirs()
    {
        var fence = new Geofence([null!, null!, Fence.Circle(0, 1_040_000_000, 1_000)], 50, this);
        fence.Update(At(0, 104));
        fence.Update(At(0, 104.1));
        Assert.Equal([(2, false)], _crossed);
    }

    void IGeofenceSink.OnCrossed(int fence, bool inside) => _crossed.Add((fence, inside));

    [Fact]
    public void Update_InAndOutOfACircle_TellsBoth()
    {
        var fence = new Geofence([Fence.Circle(0, 1_040_000_000, 1_000)], 50, this);
        foreach (var eastM in new[] { -2_000, -980, -940, 0, 1_040, 1_060, 3_000 })
            fence.Update(At(0, 104 + (eastM / 111_195.0)));
        Assert.Equal([(0, true), (0, false)], _crossed);
    }

    [Fact]
    public void Update_CircleNarrowerThanTheHysteresis_TellsBothToo()
    {
        var fence = new Geofence([Fence.Circle(0, 1_040_000_000, 40)], 50, this);
        foreach (var eastM in new[] { -200, -30, -10, 10, 80, 100 })
            fence.Update(At(0, 104 + (eastM / 111_195.0)));
        Assert.Equal([(0, true), (0, false)], _crossed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Update_WanderingOnTheLine_TellsNothing(bool circle)
    {
        var fence = new Geofence([circle ? Fence.Circle(0, 1_040_000_000, 1_000) : Square(1_040_000_000)], 50, this);
        var random = Seed.New(output);
        var edgeM = circle ? 1_000 : 1_112;
        for (var i = 0; i < 2_000; i++)
            fence.Update(At(0, 104 + ((edgeM + random.Next(-45, 46)) / 111_195.0)));
        Assert.Empty(_crossed);
        fence.Update(At(0, 104 + ((edgeM + 60) / 111_195.0)));
        fence.Update(At(0, 104 + ((edgeM - 60) / 111_195.0)));
        Assert.InRange(_crossed.Count, 1, 2);
    }

    [Fact]
    public void Update_FirstFixInside_IsNoCrossing()
    {
        var fence = new Geofence([Square(0)], 50, this);
        fence.Update(At(0, 0));
        Assert.Empty(_crossed);
        fence.Update(At(0.1, 0));
        Assert.Equal([(0, false)], _crossed);
    }

    [Theory]
    [InlineData(1_799_950_000)]
    [InlineData(-1_799_950_000)]
    public void Update_SquareOnThe180thMeridian_IsASquare(int longitudeE7)
    {
        var fence = new Geofence([Square(longitudeE7)], 0, this);
        fence.Update(At(0, longitudeE7 / 1e7));
        fence.Update(At(0, 0));
        fence.Update(At(0, longitudeE7 > 0 ? -179.999 : 179.999));
        Assert.Equal([(0, false), (0, true)], _crossed);
    }

    [Fact]
    public void Update_RandomPolygon_AgreesWithAWindingNumber()
    {
        var random = Seed.New(output);
        for (var trial = 0; trial < 200; trial++)
        {
            // A star around a centre, so that it does not cut itself.
            var corners = random.Next(3, Fence.CornersMax + 1);
            var (centreLat, centreLon) = (random.Next(-50, 51), random.Next(-170, 171));
            var angles = Enumerable.Range(0, corners).Select(_ => random.NextDouble() * 2 * Math.PI).Order().ToArray();
            var points = angles.Select(angle =>
            {
                var radius = 0.1 + (random.NextDouble() * 2);
                return (Lat: (int)((centreLat + (radius * Math.Cos(angle))) * 1e7), Lon: (int)((centreLon + (radius * Math.Sin(angle))) * 1e7));
            }).ToArray();
            _crossed.Clear();
            var fence = new Geofence([Fence.Polygon([.. points.Select(p => p.Lat)], [.. points.Select(p => p.Lon)])], 0, this);
            bool? last = null;
            for (var i = 0; i < 200; i++)
            {
                var fix = At(centreLat + (random.NextDouble() * 4) - 2, centreLon + (random.NextDouble() * 4) - 2);
                var inside = Winding(points, fix) != 0;
                fence.Update(fix);
                Assert.Equal(last is null || last == inside ? 0 : 1, _crossed.Count);
                if (_crossed.Count > 0)
                    Assert.Equal((0, inside), _crossed[0]);
                _crossed.Clear();
                last = inside;
            }
        }
    }

    [Fact]
    public void Geofence_BeyondItsLimits_IsMisuse()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Fence.Circle(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fence.Polygon([0, 1], [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fence.Polygon(new int[33], new int[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fence.Polygon([0, 1, 0], [0, 0, 500_000_000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Geofence(Enumerable.Repeat(Square(0), 9).ToArray(), 50, this));
    }

    // Half a side is 0.01 degree, 1,112 m.
    private static Fence Square(int longitudeE7) => Fence.Polygon(
        [-100_000, 100_000, 100_000, -100_000],
        [.. new[] { -100_000, -100_000, 100_000, 100_000 }.Select(east => Wrap((long)longitudeE7 + east))]);

    private static int Wrap(long longitudeE7) =>
        (int)(longitudeE7 > 1_800_000_000 ? longitudeE7 - 3_600_000_000 : longitudeE7 < -1_800_000_000 ? longitudeE7 + 3_600_000_000 : longitudeE7);

    private static Fix At(double latitude, double longitude) =>
        new() { LatitudeE7 = (int)Math.Round(latitude * 1e7), LongitudeE7 = (int)Math.Round(longitude * 1e7) };

    private static int Winding((int Lat, int Lon)[] points, Fix fix)
    {
        var total = 0.0;
        for (var i = 0; i < points.Length; i++)
        {
            var (a, b) = (points[i], points[(i + 1) % points.Length]);
            var from = Math.Atan2(a.Lon - (double)fix.LongitudeE7, a.Lat - (double)fix.LatitudeE7);
            var to = Math.Atan2(b.Lon - (double)fix.LongitudeE7, b.Lat - (double)fix.LatitudeE7);
            total += Math.IEEERemainder(to - from, 2 * Math.PI);
        }

        return (int)Math.Round(total / (2 * Math.PI));
    }
}
