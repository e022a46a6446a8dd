using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;
using Xunit;

namespace BoatTelemetry.Core.Tests.Time;

public sealed class UtcTimeTests
{
    [Fact]
    public void DayNumber_EveryDayOfThreeCenturies_IsThePlatformsOwn()
    {
        var first = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var day = 0; day < 110_000; day++)
        {
            var date = first.AddDays(day);
            Assert.Equal(day, UtcTime.DayNumber(date.Year, date.Month, date.Day));
        }
    }

    [Theory]
    [InlineData(1969, 12, 31)]
    [InlineData(2026, 0, 1)]
    [InlineData(2026, 13, 1)]
    [InlineData(2026, 1, 0)]
    [InlineData(2026, 4, 31)]
    [InlineData(2026, 2, 29)]
    [InlineData(2100, 2, 29)]
    [InlineData(10_000, 1, 1)]
    public void DayNumber_NoSuchDay_IsUnknown(int year, int month, int day)
    {
        Assert.Equal(Fix.Unknown, UtcTime.DayNumber(year, month, day));
    }
}
