using BoatTelemetry.BoatCtl.Tests.Support;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Terminal;

public sealed class ShellTests
{
    [Fact]
    public void Run_NoSuchPort_IsNotReachedAndNamesIt()
    {
        var run = BoatCtlRun.Of("config", "get", "--port", "/dev/no-such-port");

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Contains("/dev/no-such-port", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoSuchPortAsJson_IsOneDocument()
    {
        var run = BoatCtlRun.Of("--json", "config", "get", "--port", "/dev/no-such-port");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("not-opened", run.Json().GetProperty("error").GetString());
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("config", "get", "--timeout", "0")]
    [InlineData("config", "get", "--timeout", "soon")]
    [InlineData("dance")]
    public void Run_WrongCommandLine_IsUsage(params string[] arguments)
    {
        var run = BoatCtlRun.Of([.. arguments, "--json"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("usage", run.Json().GetProperty("error").GetString());
    }
}
