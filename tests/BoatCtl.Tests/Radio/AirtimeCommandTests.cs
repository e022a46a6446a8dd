using System.Text.Json;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Radio;

/// <summary>The command line of <c>airtime</c>. The times are Semtech's calculator's for explicit header, CRC, 4/5 and 8 symbols of preamble.</summary>
public sealed class AirtimeCommandTests
{
    [Theory]
    [InlineData("AS923-2", 24, 10, 370_688, 97)]
    [InlineData("AS923-2", 19, 7, 51_456, 699)]
    [InlineData("EU868", 24, 10, 370_688, 194)]
    [InlineData("US915", 24, 10, 370_688, 1440)]
    public void Airtime_FrameInARegion_TimeOnAirAndHowOften(string region, int bytes, int factor, int airtimeUs, long perHour)
    {
        var run = BoatCtlRun.Of("airtime", $"{bytes}", "--sf", $"{factor}", "--region", region, "--json");
        var row = run.Json().GetProperty("rows")[0];
        Assert.Equal(0, run.ExitCode);
        Assert.Equal((airtimeUs, perHour, true), (row.GetProperty("airtime_us").GetInt32(), row.GetProperty("per_hour_most").GetInt64(), row.GetProperty("is_allowed").GetBoolean()));
    }

    [Fact]
    public void Airtime_AllFactors_OnesBeyondTheDwellLimitAreNotAllowed()
    {
        var run = BoatCtlRun.Of("airtime", "61", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal([true, true, true, false, false, false], run.Json().GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("is_allowed").GetBoolean()));
        Assert.Equal(ExitCode.NotGood, BoatCtlRun.Of("airtime", "61", "--sf", "10").ExitCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("256")]
    [InlineData("24", "--sf", "6")]
    [InlineData("24", "--bandwidth", "41700")]
    [InlineData("24", "--region", "MARS")]
    public void Airtime_NoSuchThing_IsAWrongCommandLine(params string[] arguments)
    {
        var run = BoatCtlRun.Of(["airtime", .. arguments, "--json"]);
        Assert.Equal((ExitCode.Usage, "usage"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
    }
}
