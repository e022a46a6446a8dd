using System.Text.RegularExpressions;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Health;

/// <summary>What <c>gateway status</c> tells without being asked for all.</summary>
public sealed partial class StatusMetricsTests
{
    // What the guide has operators look at must stand before their eyes when it is so.
    [Fact]
    public void IsTold_EveryMetricThatTheOperatorGuideAlarmsAt_IsToldThen()
    {
        var alarms = MarkdownPage.Read("docs/operator-guide.md").Prose.Select(line => Alarm().Match(line)).Where(match => match.Success).ToList();

        Assert.InRange(alarms.Count, 20, 100);
        foreach (var alarm in alarms)
        {
            var when = alarm.Groups["when"].Value;
            var value = when.StartsWith("0 for", StringComparison.Ordinal) ? 0
                : when.StartsWith("below 900", StringComparison.Ordinal) ? 899
                : when.StartsWith("above 900", StringComparison.Ordinal) ? 901
                : 1;
            var name = alarm.Groups["name"].Value;
            Assert.True(StatusMetrics.IsTold(name, value), $"{name} at {value}");
            Assert.True(StatusMetrics.IsTold(name + "/some", value), $"{name} of one of several, at {value}");
        }
    }

    // At zero only these are worth a line: figures of what went through, and those of which 0 is the trouble.
    [Fact]
    public void IsTold_EveryMetricOfThePage_IsQuietAtZeroOrIsOneOfThoseThatZeroIsBadFor()
    {
        var names = MarkdownPage.Read("docs/operations.md").Prose.Select(line => Metric().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["name"].Value).ToList();

        Assert.InRange(names.Count, 90, 300);
        Assert.Equal(
            ["admission.frames", "cluster.shards_held", "concentrator.acknowledged_permille", "concentrator.reachable", "fleet.units",
                "journal.used_bytes", "publish.behind", "publish.connected", "publish.messages", "publish.preferred"],
            names.Where(name => StatusMetrics.IsTold(name, 0)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("admission.rejections/TagMismatch", 1, true)]
    [InlineData("admission.rejections/TagMismatch", 0, false)]
    [InlineData("admission.rejections/None", 5, false)]
    [InlineData("downlink.acknowledgements/Sent", 5, false)]
    [InlineData("downlink.acknowledgements/AirtimeSpent", 5, true)]
    [InlineData("concentrator.temperature_deci_c/aa555a0000000011", 412, false)]
    [InlineData("concentrator.airtime_permille/aa555a0000000011", 899, false)]
    [InlineData("something.new", 1, true)]
    public void IsTold_ByNameAndReason_IsWhatIsNotAsItShouldBe(string name, long value, bool isTold) =>
        Assert.Equal(isTold, StatusMetrics.IsTold(name, value));

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+)` \| (?<when>[^|]+) \| [^|]+ \| [^|]+ \|$", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Alarm();

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+\.[a-z_.]+)` \| [^|]+ \|$", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Metric();
}
