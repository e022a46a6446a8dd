using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed partial class LogEventTests
{
    private static readonly LoggerMessageAttribute[] _events =
    [
        .. typeof(ExitCode).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(attribute => attribute.EventId),
    ];

    [Fact]
    public void Events_HaveNumbersOfTheirOwn()
    {
        var numbers = _events.Select(attribute => attribute.EventId).ToList();
        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Distinct(), numbers);
    }

    [Fact]
    public void Documentation_HasEveryEventWithItsLevelAndNoOther()
    {
        var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "operations.md"));
        var rows = Row().Matches(text).Select(match => (Number: match.Groups["number"].Value, Level: match.Groups["level"].Value)).ToList();
        var events = _events.Select(e => (Number: e.EventId.ToString(CultureInfo.InvariantCulture), Level: e.Level.ToString().ToLowerInvariant())).ToList();

        var missing = _events.Where(e => !rows.Contains((e.EventId.ToString(CultureInfo.InvariantCulture), e.Level.ToString().ToLowerInvariant())))
            .Select(e => $"| {e.EventId} | {e.Level.ToString().ToLowerInvariant()} | {e.Message} |");
        Assert.True(!missing.Any(), "docs/operations.md lacks:\n" + string.Join('\n', missing));
        Assert.Equal(events, rows);
    }

    [Fact]
    public void OperatorGuide_SaysOfEveryWarningAndErrorWhatToDo()
    {
        var text = File.ReadAllText(RepositoryPaths.InRepository("docs", "operator-guide.md"));
        var told = GuideRow().Matches(text).SelectMany(match => match.Groups["numbers"].Value.Split(", "))
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(_events.Where(e => e.Level >= LogLevel.Warning).Select(e => e.EventId), told.Order());
    }

    [GeneratedRegex(@"^\| (?<numbers>\d{3}(, \d{3})*) \| [^|]+ \| [^|]+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GuideRow();

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<level>[a-z]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
