using System.Globalization;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Tests.Admission;

public sealed class NearestInstantTests
{
    [Theory]
    [InlineData("2026-11-23T12:00:01.500Z", "12:00:00", "2026-11-23T12:00:00Z")]
    [InlineData("2026-11-23T00:00:01.000Z", "23:59:58", "2026-11-22T23:59:58Z")]
    [InlineData("2026-11-23T00:00:00.000Z", "23:59:59", "2026-11-22T23:59:59Z")]
    [InlineData("2026-11-23T00:00:00.000Z", "00:00:00", "2026-11-23T00:00:00Z")]
    [InlineData("2026-11-22T23:59:59.999Z", "00:00:00", "2026-11-23T00:00:00Z")]
    [InlineData("2026-11-22T23:59:58.000Z", "00:00:01", "2026-11-23T00:00:01Z")]
    // Exactly twelve hours: the earlier one.
    [InlineData("2026-11-23T06:00:00.000Z", "18:00:00", "2026-11-22T18:00:00Z")]
    [InlineData("2026-11-23T18:00:00.000Z", "06:00:00", "2026-11-23T06:00:00Z")]
    [InlineData("2026-11-23T06:00:00.001Z", "18:00:00", "2026-11-23T18:00:00Z")]
    [InlineData("2026-11-23T18:00:00.001Z", "06:00:00", "2026-11-24T06:00:00Z")]
    // The end of a year, and the day that a leap year has more.
    [InlineData("2027-01-01T00:00:02.000Z", "23:59:59", "2026-12-31T23:59:59Z")]
    [InlineData("2028-03-01T00:00:02.000Z", "23:59:59", "2028-02-29T23:59:59Z")]
    public void Of_SecondOfDay_IsTheInstantNearestToTheClock(string now, string timeOfDay, string instant)
    {
        var nowMs = Parse(now);
        var second = (int)TimeSpan.Parse(timeOfDay, CultureInfo.InvariantCulture).TotalSeconds;

        Assert.Equal(Parse(instant), NearestInstant.Of(nowMs, second));
    }

    private static long Parse(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
