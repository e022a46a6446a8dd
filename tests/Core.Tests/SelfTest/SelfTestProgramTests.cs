using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.SelfTest;

/// <summary>firmware/SelfTest as a process, as it stands.</summary>
public sealed class SelfTestProgramTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Main_OnThisMachine_PrintsVectorsAndTimesAndEndsWithZero()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(BoatTelemetry.SelfTest.Program).Assembly.Location]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        output.WriteLine(text);

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Matches(@"^vectors (\d+) ok \1 failed 0$", lines[0]);
        Assert.Equal(9, lines.Count(line => line.EndsWith(')') && line.Contains(" us (mean of ", StringComparison.Ordinal)));
        Assert.Equal(0, process.ExitCode);
    }
}
