using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Bench;

public sealed class SerialLineTests
{
    [Fact]
    public void Open_ThenClosed_IsFreeForTheNextProgram()
    {
        using var terminal = new PseudoTerminal();
        using (SerialLine.Open(terminal.Path))
            Assert.Contains("another program has taken it", Assert.Throws<BenchException>(() => SerialLine.Open(terminal.Path)).Message, StringComparison.Ordinal);

        using var next = SerialLine.Open(terminal.Path);
    }

    // Killed, a program gives nothing back by itself.
    [Fact]
    public async Task Open_ProgramThatHadItIsKilled_IsFree()
    {
        using var terminal = new PseudoTerminal();
        await using (var monitor = new ProgramProcess("BoatCtl", "monitor", "--port", terminal.Path, "--timeout", "100"))
        {
            var asked = new byte[1];
            while (terminal.Take(BenchClient.Baud, asked) == 0)
                await Task.Delay(10);
            Assert.Throws<BenchException>(() => SerialLine.Open(terminal.Path));
            ProcessSignals.Send(monitor.Id, ProcessSignals.Kill);
            await monitor.ExitAsync();
        }

        using var next = SerialLine.Open(terminal.Path);
    }
}
