using System.Reflection;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Tests.Observability;

public sealed class LogEventTests
{
    [Fact]
    public void Events_HaveNumbersOfTheirOwn()
    {
        var numbers = typeof(ExitCode).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(attribute => attribute.EventId)
            .ToList();

        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Distinct(), numbers);
    }
}
